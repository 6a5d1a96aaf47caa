/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import dev.weft.agent.control.Xds;
import dev.weft.agent.control.channel.BidiTransport.Exchange;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.translate.ResolvedNames;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.core.v3.ControlPlane;
import dev.weft.protocol.lite.envoy.config.core.v3.Node;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import dev.weft.protocol.lite.envoy.service.discovery.v3.Resource;
import dev.weft.protocol.lite.envoy.service.discovery.v3.ResourceError;
import dev.weft.protocol.lite.envoy.service.discovery.v3.ResourceName;
import dev.weft.protocol.lite.rpc.Status;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rules of delta ADS, one by one. */
class AdsSessionTest {
  private static final Node NODE =
      NodeMessage.of(
          new NodeIdentity(
              "orders",
              "shop",
              "orders-1",
              List.of("10.0.0.1", "fd00::1"),
              Map.of("app", "orders"),
              "orders-account",
              "eu/a",
              "0.1.0"));

  private final XdsTable table = new XdsTable();
  private final Recorder recorder = new Recorder();
  private StoreIdentity identity = new StoreIdentity("", "");
  private AdsSession session = new AdsSession(NODE, table, identity, recorder);

  @Test
  void asksForAllClustersAndListenersFirstAndForNothingByNameYet() {
    open();

    assertThat(recorder.sent)
        .extracting(DeltaDiscoveryRequest::getTypeUrl)
        .containsExactly(TypeUrls.CLUSTER, TypeUrls.LISTENER);
    assertThat(recorder.sent)
        .allSatisfy(
            request -> {
              assertThat(request.getResourceNamesSubscribeList()).isEmpty();
              assertThat(request.getInitialResourceVersionsMap()).isEmpty();
              assertThat(request.getResponseNonce()).isEmpty();
            });
  }

  @Test
  void saysWhoItIsInTheFirstRequestOfEachStream() {
    open();
    open();

    assertThat(recorder.sent)
        .extracting(DeltaDiscoveryRequest::hasNode)
        .containsExactly(true, false, true, false);
  }

  @Test
  void describesItselfAsIstioDoes() {
    assertThat(NODE.getId()).isEqualTo("sidecar~10.0.0.1~orders-1.shop~shop.svc.cluster.local");
    assertThat(NODE.getCluster()).isEqualTo("orders.shop");
    assertThat(NODE.getLocality().getRegion()).isEqualTo("eu");
    assertThat(NODE.getLocality().getZone()).isEqualTo("a");
    assertThat(NODE.getMetadata().getFieldsMap())
        .containsKeys("NAMESPACE", "LABELS", "SERVICE_ACCOUNT", "ISTIO_VERSION", "WEFT_VERSION");
    assertThat(metadata("INSTANCE_IPS")).isEqualTo("10.0.0.1,fd00::1");
    assertThat(metadata("INTERCEPTION_MODE")).isEqualTo("REDIRECT");
  }

  @Test
  void acknowledgesWithTheNonceOfTheResponse() {
    open();

    receive("n1", Xds.edsCluster("a").build());

    DeltaDiscoveryRequest ack = sent(TypeUrls.CLUSTER, 1);
    assertThat(ack.getResponseNonce()).isEqualTo("n1");
    assertThat(ack.hasErrorDetail()).isFalse();
    assertThat(ack.getInitialResourceVersionsMap()).isEmpty();
  }

  @Test
  void asksForEndpointsAfterAcknowledgingTheirClusters() {
    open();

    receive("n1", Xds.edsCluster("a").build(), Xds.edsCluster("b").build());

    assertThat(recorder.sent)
        .extracting(DeltaDiscoveryRequest::getTypeUrl)
        .containsExactly(
            TypeUrls.CLUSTER,
            TypeUrls.LISTENER,
            TypeUrls.CLUSTER,
            TypeUrls.CLUSTER_LOAD_ASSIGNMENT);
    assertThat(sent(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, 0).getResourceNamesSubscribeList())
        .containsExactly("a", "b");
  }

  @Test
  void asksForRoutesAfterAcknowledgingTheirListeners() {
    open();

    receive("n1", Xds.listener(80).build());

    assertThat(sent(TypeUrls.LISTENER, 1).getResponseNonce()).isEqualTo("n1");
    assertThat(sent(TypeUrls.ROUTE_CONFIGURATION, 0).getResourceNamesSubscribeList())
        .containsExactly("80");
  }

  @Test
  void asksByTheNameThatTheClusterGives() {
    open();

    receive(
        "n1",
        Xds.edsCluster("a")
            .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setServiceName("other"))
            .build());

    assertThat(sent(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, 0).getResourceNamesSubscribeList())
        .containsExactly("other");
  }

  @Test
  void asksOnlyForWhatIsNew() {
    open();
    receive("n1", Xds.edsCluster("a").build());

    receive("n2", Xds.edsCluster("b").build());

    DeltaDiscoveryRequest second = sent(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, 1);
    assertThat(second.getResourceNamesSubscribeList()).containsExactly("b");
    assertThat(second.getResourceNamesUnsubscribeList()).isEmpty();
  }

  @Test
  void givesUpEndpointsOfAClusterThatIsGoneAndForgetsThem() {
    open();
    receive("n1", Xds.edsCluster("a").build());
    receive("n2", Xds.endpoints("a", "10.0.0.1").build());

    session.received(removal("n3", TypeUrls.CLUSTER, "a"));

    DeltaDiscoveryRequest last = sent(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, 2);
    assertThat(last.getResourceNamesUnsubscribeList()).containsExactly("a");
    assertThat(last.getResourceNamesSubscribeList()).isEmpty();
    assertThat(table.resources()).isEmpty();
  }

  @Test
  void asksAgainForANameThatComesBack() {
    open();
    receive("n1", Xds.edsCluster("a").build());
    session.received(removal("n2", TypeUrls.CLUSTER, "a"));

    receive("n3", Xds.edsCluster("a").build());

    assertThat(sent(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, 2).getResourceNamesSubscribeList())
        .containsExactly("a");
    assertThat(session.isComplete()).isFalse();
  }

  @Test
  void rejectsABadResourceByNameAndFieldAndTakesTheOthers() {
    open();

    receive(
        "n1", Xds.edsCluster("good").build(), Xds.edsCluster("bad").setLbPolicyValue(99).build());

    DeltaDiscoveryRequest nack = sent(TypeUrls.CLUSTER, 1);
    assertThat(nack.getResponseNonce()).isEqualTo("n1");
    assertThat(nack.getErrorDetail().getCode()).isEqualTo(3);
    assertThat(nack.getErrorDetail().getMessage())
        .isEqualTo("bad: lb_policy: 99 (expected: an LbPolicy, 0 to 7)");
    assertThat(table.has(TypeUrls.CLUSTER, "good")).isTrue();
    assertThat(table.has(TypeUrls.CLUSTER, "bad")).isFalse();
    assertThat(recorder.rejected).hasSize(1);
  }

  @Test
  void rejectsAResourceOfAnotherTypeThanTheResponse() {
    open();
    Resource misplaced = Xds.wire(Xds.listener(80).build(), "1");

    session.received(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(TypeUrls.CLUSTER)
            .setNonce("n1")
            .addResources(misplaced)
            .build());

    assertThat(sent(TypeUrls.CLUSTER, 1).getErrorDetail().getMessage())
        .startsWith("0.0.0.0_80: type_url:");
  }

  @Test
  void keepsTheLastGoodVersionAndSaysSoWhenItComesBack() {
    open();
    session.received(response("n1", Xds.wire(Xds.edsCluster("a").build(), "1")));
    session.received(
        response("n2", Xds.wire(Xds.edsCluster("a").setLbPolicyValue(99).build(), "2")));

    open();

    assertThat(recorder.sent.get(recorder.sent.size() - 3).getInitialResourceVersionsMap())
        .containsExactly(Map.entry("a", "1"));
  }

  @Test
  void tellsAllVersionsWhenItComesBackButNoNonce() {
    open();
    receive("n1", Xds.edsCluster("a").build());
    receive("n2", Xds.listener(80).build());
    receive("n3", Xds.endpoints("a", "10.0.0.1").build());
    receive("n4", Xds.routes(80, Xds.routeTo("a")).build());
    session.closed();
    recorder.sent.clear();

    open();

    assertThat(recorder.sent)
        .extracting(DeltaDiscoveryRequest::getTypeUrl)
        .containsExactlyElementsOf(TypeUrls.MAKE_BEFORE_BREAK);
    assertThat(recorder.sent)
        .allSatisfy(
            request -> {
              assertThat(request.getInitialResourceVersionsMap()).hasSize(1);
              assertThat(request.getResponseNonce()).isEmpty();
            });
    assertThat(recorder.sent.get(1).getResourceNamesSubscribeList()).containsExactly("a");
    assertThat(recorder.sent.get(3).getResourceNamesSubscribeList()).containsExactly("80");
  }

  @Test
  void absenceRemovesNothing() {
    open();
    receive("n1", Xds.edsCluster("a").build());

    receive("n2", Xds.edsCluster("b").build());

    assertThat(table.has(TypeUrls.CLUSTER, "a")).isTrue();
  }

  @Test
  void removesWhatTheServerRemovesInEachOfItsForms() {
    open();
    receive(
        "n1",
        Xds.edsCluster("a").build(),
        Xds.edsCluster("b").build(),
        Xds.edsCluster("c").build());

    session.received(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(TypeUrls.CLUSTER)
            .setNonce("n2")
            .addRemovedResources("a")
            .addRemovedResourceNames(ResourceName.newBuilder().setName("b"))
            .addResourceErrors(
                ResourceError.newBuilder()
                    .setResourceName(ResourceName.newBuilder().setName("c"))
                    .setErrorDetail(Status.newBuilder().setCode(5)))
            .build());

    assertThat(table.resources()).isEmpty();
    assertThat(sent(TypeUrls.CLUSTER, 2).getResponseNonce()).isEqualTo("n2");
  }

  @Test
  void isCompleteWhenEverythingAskedForHasBeenAnswered() {
    open();
    assertThat(session.isComplete()).isFalse();
    receive("n1", Xds.edsCluster("a").build());
    receive("n2", Xds.listener(80).build());
    assertThat(session.isComplete()).isFalse();
    receive("n3", Xds.endpoints("a", "10.0.0.1").build());
    assertThat(session.isComplete()).isFalse();

    receive("n4", Xds.routes(80, Xds.routeTo("a")).build());

    assertThat(session.isComplete()).isTrue();
  }

  @Test
  void anAnswerThatThereIsNoneIsAnAnswer() {
    open();
    receive("n1", Xds.edsCluster("a").build());
    receive("n2", Xds.listener(80).build());

    session.received(removal("n3", TypeUrls.CLUSTER_LOAD_ASSIGNMENT, "a"));
    session.received(removal("n4", TypeUrls.ROUTE_CONFIGURATION, "80"));

    assertThat(session.isComplete()).isTrue();
    MeshConfig config = table.config(ResolvedNames.NONE);
    assertThat(config.listeners()).isEmpty();
    assertThat(config.clusters()).containsKey("a");
  }

  @Test
  void whatWasGivenUpIsWaitedForAgainOnlyOnAnotherStreamOrAnotherName() {
    open();
    receive("n1", Xds.edsCluster("a").build());

    session.giveUpWaiting();
    assertThat(session.isComplete()).isTrue();

    receive("n2", Xds.edsCluster("b").build());
    assertThat(session.isComplete()).isFalse();
  }

  @Test
  void resourcesThatNobodyAskedForAreAcknowledgedAndLeft() {
    open();

    receive("n1", Xds.endpoints("stranger", "10.0.0.1").build());

    assertThat(sent(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, 0).getResponseNonce()).isEqualTo("n1");
    assertThat(table.resources()).isEmpty();
  }

  @Test
  void aResourceWithoutContentIsOnlyASignOfLife() {
    open();
    receive("n1", Xds.edsCluster("a").build());

    session.received(
        response("n2", Resource.newBuilder().setName("a").setVersion("1").build()).toBuilder()
            .setTypeUrl(TypeUrls.CLUSTER)
            .build());

    assertThat(table.has(TypeUrls.CLUSTER, "a")).isTrue();
    assertThat(sent(TypeUrls.CLUSTER, 2).hasErrorDetail()).isFalse();
  }

  @Test
  void anotherStoreIsAskedForEverythingAnewAndRemovesNothing() {
    open();
    receiveFrom("store-a", "n1", Xds.edsCluster("a").build());

    receiveFrom("store-b", "n1", Xds.edsCluster("b").build());

    assertThat(recorder.storeChanges).isEqualTo(1);
    session.closed();
    recorder.sent.clear();
    open();
    assertThat(sent(TypeUrls.CLUSTER, 0).getInitialResourceVersionsMap()).isEmpty();
    receiveFrom("store-b", "n2", Xds.edsCluster("b").build());
    session.received(
        removal("n3", TypeUrls.CLUSTER, "b").toBuilder()
            .setControlPlane(ControlPlane.newBuilder().setIdentifier("store-b"))
            .build());
    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a", "b");
    assertThat(session.withheldRemovals()).isEqualTo(2);
    assertThat(identity.isForeign()).isTrue();
  }

  @Test
  void adoptingAStoreLetsGoOfWhatItDoesNotHave() {
    anotherStoreIsAskedForEverythingAnewAndRemovesNothing();
    receiveFrom("store-b", "n4", Xds.edsCluster("c").build());
    receiveFrom("store-b", "n5", Xds.listener(80).build());
    receiveFrom("store-b", "n6", Xds.endpoints("c", "10.0.0.1").build());
    receiveFrom("store-b", "n7", Xds.endpoints("a", "10.0.0.1").build());
    receiveFrom("store-b", "n7", Xds.endpoints("b", "10.0.0.1").build());
    receiveFrom("store-b", "n8", Xds.routes(80, Xds.routeTo("c")).build());

    session.adopt();

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("c");
    assertThat(table.versions(TypeUrls.CLUSTER_LOAD_ASSIGNMENT)).containsOnlyKeys("c");
    assertThat(session.withheldRemovals()).isZero();
    session.received(removal("n9", TypeUrls.CLUSTER, "c"));
    assertThat(table.has(TypeUrls.CLUSTER, "c")).isFalse();
  }

  @Test
  void anotherStoreMovesEndpointsAndChangesNothingElseUntilItIsAdopted() {
    open();
    receiveFrom("store-a", "n1", Xds.edsCluster("a").build());
    receiveFrom("store-a", "n2", Xds.endpoints("a", "10.0.0.1").build());
    receiveFrom("store-a", "n3", Xds.listener(80).build());
    receiveFrom("store-a", "n4", Xds.routes(80, Xds.routeTo("a")).build());
    receiveFrom("store-b", "n1", Xds.edsCluster("a").build());
    session.closed();
    open();

    Map<String, String> routes = table.versions(TypeUrls.ROUTE_CONFIGURATION);
    Map<String, String> endpoints = table.versions(TypeUrls.CLUSTER_LOAD_ASSIGNMENT);
    session.received(otherVersion("n2", Xds.routes(80, Xds.routeTo("b")).build()));
    session.received(otherVersion("n3", Xds.endpoints("a", "10.0.0.2").build()));
    assertThat(table.versions(TypeUrls.ROUTE_CONFIGURATION)).isEqualTo(routes);
    assertThat(table.versions(TypeUrls.CLUSTER_LOAD_ASSIGNMENT)).isNotEqualTo(endpoints);
    assertThat(session.withheldChanges()).isEqualTo(1);
    session.adopt();

    assertThat(table.versions(TypeUrls.ROUTE_CONFIGURATION)).isNotEqualTo(routes);
    assertThat(session.withheldChanges()).isZero();
  }

  @Test
  void aStoreThatWasSavedIsRecognised() {
    identity = new StoreIdentity("store-a", "");
    session = new AdsSession(NODE, table, identity, recorder);
    table.put(Xds.resource(Xds.edsCluster("a").build(), "1"));
    open();
    assertThat(sent(TypeUrls.CLUSTER, 0).getInitialResourceVersionsMap()).containsKey("a");

    receiveFrom("store-b", "n1", Xds.edsCluster("b").build());

    assertThat(recorder.storeChanges).isEqualTo(1);
    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a");
  }

  @Test
  void aReplicaOfIstiodIsNoStore() {
    open();
    receiveFrom("{\"ID\":\"istiod-1\"}", "n1", Xds.edsCluster("a").build());

    receiveFrom("{\"ID\":\"istiod-2\"}", "n2", Xds.edsCluster("b").build());

    assertThat(recorder.storeChanges).isZero();
    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a", "b");
  }

  private void open() {
    session.opened(recorder);
  }

  private String metadata(String key) {
    return NODE.getMetadata().getFieldsOrThrow(key).getStringValue();
  }

  private void receive(String nonce, MessageLite... messages) {
    receiveFrom("", nonce, messages);
  }

  private void receiveFrom(String store, String nonce, MessageLite... messages) {
    List<Resource> resources = new ArrayList<>();
    for (MessageLite message : messages) {
      resources.add(Xds.wire(message, "1"));
    }
    session.received(
        response(nonce, resources.toArray(new Resource[0])).toBuilder()
            .setControlPlane(ControlPlane.newBuilder().setIdentifier(store))
            .build());
  }

  /** A resource of store-b with another content than before. */
  private static DeltaDiscoveryResponse otherVersion(String nonce, MessageLite message) {
    return response(nonce, Xds.wire(message, "2")).toBuilder()
        .setControlPlane(ControlPlane.newBuilder().setIdentifier("store-b"))
        .build();
  }

  private static DeltaDiscoveryResponse response(String nonce, Resource... resources) {
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(resources[0].getResource().getTypeUrl())
        .setNonce(nonce)
        .addAllResources(List.of(resources))
        .build();
  }

  private static DeltaDiscoveryResponse removal(String nonce, String typeUrl, String name) {
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(typeUrl)
        .setNonce(nonce)
        .addRemovedResources(name)
        .build();
  }

  private DeltaDiscoveryRequest sent(String typeUrl, int index) {
    return recorder.sent.stream()
        .filter(request -> request.getTypeUrl().equals(typeUrl))
        .toList()
        .get(index);
  }

  private static final class Recorder
      implements Exchange<DeltaDiscoveryRequest>, AdsSession.Events {
    final List<DeltaDiscoveryRequest> sent = new ArrayList<>();
    final List<String> rejected = new ArrayList<>();
    int storeChanges;

    @Override
    public void send(DeltaDiscoveryRequest message) {
      sent.add(message);
    }

    @Override
    public void requestNext() {}

    @Override
    public void finish() {}

    @Override
    public void cancel(String reason) {}

    @Override
    public void connected() {}

    @Override
    public void disconnected() {}

    @Override
    public void changed() {}

    @Override
    public void rejected(List<String> reasons) {
      rejected.addAll(reasons);
    }

    @Override
    public void storeChanged() {
      storeChanges++;
    }
  }
}
