/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What agents keep while a server that has just started does not know all workloads again. */
class RecoveryTest {
  private static final String ORDERS = "outbound|80||orders.shop.svc.cluster.local";
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final DiscoverySettings SETTINGS =
      new DiscoverySettings(DiscoverySettings.DEFAULT.mesh(), LEASE, Duration.ZERO, Duration.ZERO);

  private final Store store = EmbeddedStore.inMemory(UUID.randomUUID());
  private final FakeTimer timer = new FakeTimer();
  private final Map<String, String> endpointVersions;
  private final TestMesh mesh;

  RecoveryTest() {
    FakeTimer before = new FakeTimer();
    TestMesh first = new TestMesh(store, SETTINGS, before);
    announce(first, before, "10.0.0.1");
    announce(first, before, "10.0.0.1", "10.0.0.2");
    DeltaClient client = first.client("front", "shop");
    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, ORDERS);
    endpointVersions = DeltaClient.versions(client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT));
    first.stop();
    mesh = new TestMesh(store, SETTINGS, timer);
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void nothingIsTakenAwayWithinOneLeaseOfTheStart() {
    DeltaClient client = mesh.client("front", "shop");
    client.subscribeWith(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, endpointVersions, ORDERS);
    announce(mesh, timer, "10.0.0.1");
    assertThat(client.hasNothingElse()).isTrue();

    timer.advance(LEASE);

    assertThat(endpoints(client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT))).isEqualTo(1);
  }

  @Test
  void whatIsWholeAgainFollowsChangesAtOnce() {
    DeltaClient client = mesh.client("front", "shop");
    announce(mesh, timer, "10.0.0.1");
    announce(mesh, timer, "10.0.0.1", "10.0.0.2");
    client.subscribeWith(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, endpointVersions, ORDERS);
    assertThat(client.hasNothingElse()).isTrue();

    announce(mesh, timer, "10.0.0.1", "10.0.0.2", "10.0.0.3");

    assertThat(endpoints(client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT))).isEqualTo(3);
  }

  @Test
  void whoHasNothingGetsWhatThereIs() {
    announce(mesh, timer, "10.0.0.1");
    DeltaClient client = mesh.client("front", "shop");

    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, ORDERS);

    assertThat(endpoints(client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT))).isEqualTo(1);
  }

  /** Announces the last of these instances, and returns when they are compiled. */
  private static void announce(TestMesh mesh, FakeTimer timer, String... addresses) {
    String address = addresses[addresses.length - 1];
    new AnnounceClient(mesh.channel())
        .announce(AnnounceClient.workload("orders", "orders-" + address, address, 8080));
    mesh.awaitAddresses(timer, ORDERS, addresses);
  }

  private static int endpoints(DeltaDiscoveryResponse response) {
    return response.getResourcesCount() == 0
        ? 0
        : DeltaClient.only(response, ClusterLoadAssignment.class).getEndpointsList().stream()
            .mapToInt(locality -> locality.getLbEndpointsCount())
            .sum();
  }
}
