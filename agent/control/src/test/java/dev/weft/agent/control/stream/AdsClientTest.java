/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import dev.weft.agent.control.LogRecorder;
import dev.weft.agent.control.Xds;
import dev.weft.agent.control.channel.BidiTransport;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.protocol.lite.envoy.config.core.v3.ControlPlane;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import dev.weft.protocol.lite.envoy.service.discovery.v3.Resource;
import dev.weft.protocol.names.TypeUrls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** What the client does over several streams. */
class AdsClientTest {
  private final FakeLoop loop = new FakeLoop();
  private final FakeTransport transport = new FakeTransport();
  private final XdsTable table = new XdsTable();

  @Test
  void withholdsRemovalsOfAnotherStoreAndSaysSoOnce() {
    try (LogRecorder log = new LogRecorder(AdsClient.class)) {
      AdsClient client = withSavedCluster("");

      speakFor("store-b", "b");
      loop.advance(Duration.ofMinutes(1));

      assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a", "b");
      assertThat(client.withheld())
          .isEqualTo(
              "control_plane.identifier: store-b (expected: store-a): what is new is applied, 0"
                  + " changes and 1 removals are withheld until the store is adopted");
      assertThat(client.adoptedStore()).isEqualTo("store-a");
      assertThat(log.messages(Level.WARNING)).hasSize(1);
    }
  }

  @Test
  void anAdoptedStoreIsGivenTimeBeforeWhatItDoesNotHaveIsLetGo() {
    AdsClient client = withSavedCluster("store-b");

    speakFor("store-b", "b");
    loop.advance(Duration.ofSeconds(14));
    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("a", "b");
    loop.advance(Duration.ofSeconds(2));

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("b");
    assertThat(client.withheld()).isEmpty();
    assertThat(client.adoptedStore()).isEqualTo("store-b");
  }

  @Test
  void aStoreThatIsToBeAdoptedDoesNotMakeTheOldOneForeign() {
    AdsClient client = withSavedCluster("store-b");

    speak("store-a", "c");

    assertThat(client.withheld()).isEmpty();
    assertThat(transport.observers).hasSize(1);
  }

  @Test
  void adoptsTheStoreThatSpeaksWhenItIsTold() {
    AdsClient client = withSavedCluster("");
    speakFor("store-b", "b");
    loop.advance(Duration.ofMinutes(1));

    client.adopt();
    loop.advance(Duration.ofSeconds(15));

    assertThat(table.versions(TypeUrls.CLUSTER)).containsOnlyKeys("b");
    assertThat(client.adoptedStore()).isEqualTo("store-b");
  }

  @Test
  void setsNoTimerAfterItHasStopped() {
    AdsClient client = withSavedCluster("store-b");
    speakFor("store-b", "b");

    client.stop();

    assertThat(loop.timers()).isZero();
  }

  private AdsClient withSavedCluster(String toAdopt) {
    table.put(Xds.resource(Xds.edsCluster("a").build(), "1"));
    AdsClient client =
        new AdsClient(
            loop,
            transport,
            new NodeIdentity(
                "orders", "shop", "orders-1", List.of("10.0.0.1"), Map.of(), "", "", "0.1.0"),
            table,
            new AdsClient.Stores("store-a", toAdopt),
            new AdsClient.Watcher() {
              @Override
              public void connected() {}

              @Override
              public void disconnected() {}

              @Override
              public void changed() {}
            });
    client.start();
    return client;
  }

  /** Speaks for a store that was not heard before, which makes the client open a second stream. */
  private void speakFor(String store, String cluster) {
    speak(store, cluster);
    assertThat(transport.observers).hasSize(2);
    speak(store, cluster);
    say(store, TypeUrls.LISTENER, Xds.wire(Xds.virtualOutbound("PassthroughCluster"), "1"));
    say(
        store,
        TypeUrls.CLUSTER_LOAD_ASSIGNMENT,
        Xds.wire(Xds.endpoints("a", "10.0.0.1").build(), "1"),
        Xds.wire(Xds.endpoints(cluster, "10.0.0.2").build(), "1"));
  }

  private void speak(String store, String cluster) {
    say(store, TypeUrls.CLUSTER, Xds.wire(Xds.edsCluster(cluster).build(), "1"));
  }

  private void say(String store, String typeUrl, Resource... resources) {
    transport
        .observers
        .get(transport.observers.size() - 1)
        .received(
            DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(typeUrl)
                .setNonce("n")
                .setControlPlane(ControlPlane.newBuilder().setIdentifier(store))
                .addAllResources(List.of(resources))
                .build());
  }

  private static final class FakeTransport
      implements BidiTransport<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    final List<Observer<DeltaDiscoveryResponse>> observers = new ArrayList<>();

    @Override
    public Exchange<DeltaDiscoveryRequest> open(Observer<DeltaDiscoveryResponse> observer) {
      observers.add(observer);
      return new Exchange<>() {
        @Override
        public void send(DeltaDiscoveryRequest message) {}

        @Override
        public void requestNext() {}

        @Override
        public void finish() {}

        @Override
        public void cancel(String reason) {}
      };
    }
  }
}
