/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static dev.weft.policy.discovery.DeltaClient.names;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.model.ResourceKey;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeltaStreamTest {
  private static final String ORDERS = "outbound|80||orders.example";
  private static final String STOCK = "outbound|80||stock.example";

  private final TestMesh mesh = TestMesh.quick();

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void aWildcardSubscriptionGetsAllOfTheType() {
    mesh.apply(service("orders"));
    DeltaClient client = mesh.client("front", "shop");

    client.subscribe(TypeUrls.CLUSTER);

    assertThat(untilNamed(client, TypeUrls.CLUSTER, ORDERS))
        .contains("PassthroughCluster", "BlackHoleCluster");
  }

  @Test
  void aNamedSubscriptionGetsWhatItNames() {
    mesh.apply(service("orders"));
    mesh.apply(service("stock"));
    DeltaClient client = connectedTo(ORDERS, STOCK);

    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, ORDERS);

    assertThat(names(client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT))).containsExactly(ORDERS);
    assertThat(client.hasNothingElse()).isTrue();
  }

  @Test
  void aNameThatIsNotThereIsAnsweredAsRemoved() {
    DeltaClient client = mesh.client("front", "shop");

    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, "outbound|80||nowhere");

    DeltaDiscoveryResponse response = client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT);
    assertThat(response.getResourcesList()).isEmpty();
    assertThat(response.getRemovedResourcesList()).containsExactly("outbound|80||nowhere");
  }

  @Test
  void onlyWhatChangedIsSent() {
    mesh.apply(service("orders"));
    mesh.apply(service("stock"));
    DeltaClient client = connectedTo(ORDERS, STOCK);

    mesh.apply(rule("stock", "RANDOM"));

    DeltaDiscoveryResponse response = client.take(TypeUrls.CLUSTER);
    assertThat(names(response)).containsExactly(STOCK);
    assertThat(DeltaClient.only(response, Cluster.class).getLbPolicy())
        .isEqualTo(Cluster.LbPolicy.RANDOM);
    assertThat(client.hasNothingElse()).isTrue();
  }

  @Test
  void aWriteThatChangesNothingForAnyoneSendsNothing() {
    mesh.apply(service("orders"));
    DeltaClient client = connectedTo(ORDERS);

    mesh.apply(rule("orders", "LEAST_REQUEST"));
    mesh.apply(rule("orders", "LEAST_CONN"));
    awaitRevision();

    assertThat(client.hasNothingElse()).isTrue();
  }

  @Test
  void aRemovalIsSentByName() {
    mesh.apply(service("orders"));
    ResourceKey stock = mesh.apply(service("stock"));
    DeltaClient client = connectedTo(ORDERS, STOCK);

    mesh.delete(stock);

    DeltaDiscoveryResponse response = client.take(TypeUrls.CLUSTER);
    assertThat(response.getResourcesList()).isEmpty();
    assertThat(response.getRemovedResourcesList()).containsExactly(STOCK);
  }

  @Test
  void whatIsPointedAtIsSentBeforeAndRemovedAfterWhatPointsAtIt() {
    DeltaClient client = mesh.client("front", "shop");
    client.subscribe(TypeUrls.CLUSTER);
    client.take(TypeUrls.CLUSTER);
    client.subscribe(TypeUrls.LISTENER);
    client.take(TypeUrls.LISTENER);
    client.subscribe(TypeUrls.ROUTE_CONFIGURATION, "80");
    client.take(TypeUrls.ROUTE_CONFIGURATION);
    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, ORDERS);
    client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT);

    ResourceKey orders = mesh.apply(service("orders"));
    List<String> made = List.of(taken(client), taken(client), taken(client), taken(client));
    mesh.delete(orders);
    List<String> removed = List.of(taken(client), taken(client), taken(client), taken(client));

    assertThat(made).containsExactlyElementsOf(TypeUrls.MAKE_BEFORE_BREAK);
    assertThat(removed)
        .containsExactly(
            TypeUrls.ROUTE_CONFIGURATION,
            TypeUrls.LISTENER,
            TypeUrls.CLUSTER_LOAD_ASSIGNMENT,
            TypeUrls.CLUSTER);
  }

  @Test
  void aReconnectWithTheVersionsThatHoldIsToldSoWithoutSendingThem() {
    mesh.apply(service("orders"));
    DeltaClient first = mesh.client("front", "shop");
    first.subscribe(TypeUrls.LISTENER);
    Map<String, String> listeners = untilVersioned(first, TypeUrls.LISTENER, "0.0.0.0_80");
    first.subscribe(TypeUrls.ROUTE_CONFIGURATION, "80");
    Map<String, String> routes = DeltaClient.versions(first.take(TypeUrls.ROUTE_CONFIGURATION));
    first.close();
    DeltaClient second = mesh.client("front", "shop");

    second.subscribeWith(TypeUrls.LISTENER, listeners);
    DeltaDiscoveryResponse answer = second.take(TypeUrls.LISTENER);
    second.subscribeWith(TypeUrls.ROUTE_CONFIGURATION, routes, "80");

    assertThat(answer.getResourcesList()).isEmpty();
    assertThat(answer.getRemovedResourcesList()).isEmpty();
    assertThat(second.hasNothingElse()).isTrue();
  }

  @Test
  void aReconnectWithAnOldVersionSendsThatResourceAndWhatIsGone() {
    mesh.apply(service("orders"));
    connectedTo(ORDERS);
    DeltaClient client = mesh.client("front", "shop");

    client.subscribeWith(TypeUrls.CLUSTER, Map.of(ORDERS, "old", "outbound|80||gone", "v"));

    DeltaDiscoveryResponse made = client.take(TypeUrls.CLUSTER);
    DeltaDiscoveryResponse removed = client.take(TypeUrls.CLUSTER);
    assertThat(names(made)).contains(ORDERS);
    assertThat(removed.getRemovedResourcesList()).containsExactly("outbound|80||gone");
  }

  @Test
  void aNackIsToldOnceAndNothingIsSentAgainBeforeItChanges() throws InterruptedException {
    mesh.apply(service("orders"));
    DeltaClient client = connectedTo(ORDERS);
    ResourceKey rule = mesh.apply(rule("orders", "RANDOM"));
    DeltaDiscoveryResponse refused = client.next();

    client.nack(refused, ORDERS + ": lb_policy: RANDOM is not to my taste");

    Nack nack = mesh.nacks.poll(10, TimeUnit.SECONDS);
    assertThat(nack).isNotNull();
    assertThat(nack.names()).containsExactly(ORDERS);
    assertThat(nack.origins()).contains(rule);
    assertThat(nack.message()).contains("lb_policy");
    assertThat(client.hasNothingElse()).isTrue();
    mesh.apply(service("stock"));
    assertThat(names(client.take(TypeUrls.CLUSTER))).containsExactly(STOCK);
    mesh.apply(rule("orders", "ROUND_ROBIN"));
    assertThat(names(client.take(TypeUrls.CLUSTER))).containsExactly(ORDERS);
    assertThat(mesh.nacks).isEmpty();
  }

  @Test
  void whileAnAnswerIsAwaitedTheLatestStateWins() {
    mesh.apply(service("orders"));
    DeltaClient client = connectedTo(ORDERS);
    mesh.apply(rule("orders", "RANDOM"));
    DeltaDiscoveryResponse unanswered = client.next();
    mesh.apply(rule("orders", "ROUND_ROBIN"));
    mesh.apply(rule("orders", "LEAST_REQUEST"));
    awaitRevision();

    assertThat(client.hasNothingElse()).isTrue();
    client.ack(unanswered);

    DeltaDiscoveryResponse response = client.take(TypeUrls.CLUSTER);
    assertThat(DeltaClient.only(response, Cluster.class).getLbPolicy())
        .isEqualTo(Cluster.LbPolicy.LEAST_REQUEST);
    assertThat(client.hasNothingElse()).isTrue();
  }

  @Test
  void whatIsUnsubscribedIsSentNoMore() {
    mesh.apply(service("orders"));
    mesh.apply(service("stock"));
    connectedTo(ORDERS, STOCK);
    DeltaClient client = mesh.client("front", "shop");
    client.subscribe(TypeUrls.CLUSTER, ORDERS, STOCK);
    client.take(TypeUrls.CLUSTER);

    client.unsubscribe(TypeUrls.CLUSTER, ORDERS);
    assertThat(client.hasNothingElse()).isTrue(); // and the server has read it
    mesh.apply(rule("orders", "RANDOM"));
    mesh.apply(rule("stock", "RANDOM"));

    assertThat(names(client.take(TypeUrls.CLUSTER))).containsExactly(STOCK);
    assertThat(client.hasNothingElse()).isTrue();
  }

  @Test
  void aNameThatIsAskedForAgainIsSentAgain() {
    mesh.apply(service("orders"));
    connectedTo(ORDERS);
    DeltaClient client = mesh.client("front", "shop");
    client.subscribe(TypeUrls.CLUSTER, ORDERS);
    client.take(TypeUrls.CLUSTER);

    client.subscribe(TypeUrls.CLUSTER, ORDERS);

    assertThat(names(client.take(TypeUrls.CLUSTER))).containsExactly(ORDERS);
  }

  @Test
  void eachResponseNamesTheStoreAndItsRevision() {
    DeltaClient client = mesh.client("front", "shop");

    client.subscribe(TypeUrls.CLUSTER);

    DeltaDiscoveryResponse response = client.take(TypeUrls.CLUSTER);
    assertThat(response.getControlPlane().getIdentifier()).isEqualTo(mesh.store.identity());
    assertThat(response.getSystemVersionInfo()).isEqualTo(Long.toString(mesh.store.revision()));
  }

  @Test
  void aShortNameIsForTheNamespaceOfTheService() {
    mesh.apply(
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: orders, namespace: shop}
        spec:
          hosts: [orders.shop.svc.cluster.local]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
        """);
    connectedTo("outbound|80||orders.shop.svc.cluster.local");
    DeltaClient inside = mesh.client("front", "shop");
    DeltaClient outside = mesh.client("front", "other");

    inside.subscribe(TypeUrls.ROUTE_CONFIGURATION, "80");
    outside.subscribe(TypeUrls.ROUTE_CONFIGURATION, "80");

    assertThat(domains(inside)).contains("orders", "orders.shop");
    assertThat(domains(outside)).contains("orders.shop").doesNotContain("orders");
  }

  @Test
  void aFirstRequestWithoutANodeIsRefused() {
    DeltaClient client = new DeltaClient(mesh.channel(), "");

    client.send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(TypeUrls.CLUSTER));

    Status end = client.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(end.getDescription()).contains("node.id");
  }

  private static List<String> domains(DeltaClient client) {
    DeltaDiscoveryResponse response = client.take(TypeUrls.ROUTE_CONFIGURATION);
    return DeltaClient.only(response, RouteConfiguration.class).getVirtualHosts(0).getDomainsList();
  }

  private static String taken(DeltaClient client) {
    DeltaDiscoveryResponse response = client.next();
    client.ack(response);
    return response.getTypeUrl();
  }

  /** Returns a client of all clusters that has these. */
  private DeltaClient connectedTo(String... clusters) {
    DeltaClient client = mesh.client("front", "shop");
    client.subscribe(TypeUrls.CLUSTER);
    Set<String> missing = new HashSet<>(Set.of(clusters));
    while (!missing.isEmpty()) {
      missing.removeAll(names(client.take(TypeUrls.CLUSTER)));
    }
    return client;
  }

  private void awaitRevision() {
    DeltaClient client = mesh.client("waiting", "shop");
    String revision = Long.toString(mesh.store.revision());
    DeltaDiscoveryResponse response;
    do {
      client.subscribe(TypeUrls.CLUSTER, "*", ORDERS);
      response = client.take(TypeUrls.CLUSTER);
    } while (!response.getSystemVersionInfo().equals(revision));
  }

  private static List<String> untilNamed(DeltaClient client, String typeUrl, String name) {
    return List.copyOf(untilVersioned(client, typeUrl, name).keySet());
  }

  private static Map<String, String> untilVersioned(
      DeltaClient client, String typeUrl, String name) {
    Map<String, String> all = new HashMap<>();
    while (!all.containsKey(name)) {
      all.putAll(DeltaClient.versions(client.take(typeUrl)));
    }
    return all;
  }

  private static String service(String name) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: %s, namespace: shop}
    spec:
      hosts: [%s.example]
      ports: [{number: 80, name: http, protocol: HTTP}]
      resolution: STATIC
      endpoints: [{address: 10.0.0.1}]
    """
        .formatted(name, name);
  }

  private static String rule(String name, String balancing) {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: %s, namespace: shop}
    spec:
      host: %s.example
      trafficPolicy: {loadBalancer: {simple: %s}}
    """
        .formatted(name, name, balancing);
  }
}
