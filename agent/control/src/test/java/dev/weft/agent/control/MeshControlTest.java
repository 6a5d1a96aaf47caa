/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.MessageLite;
import dev.weft.agent.control.ControlOptions.Announcement;
import dev.weft.agent.control.ControlOptions.Server;
import dev.weft.agent.control.cache.ConfigFile;
import dev.weft.agent.control.cache.SavedConfig;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.registry.Report.ConfigOrigin;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.protocol.lite.envoy.config.core.v3.ControlPlane;
import dev.weft.protocol.lite.envoy.config.core.v3.Metadata;
import dev.weft.protocol.lite.envoy.config.core.v3.TrafficDirection;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.listener.v3.Filter;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChain;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.lite.registry.v1.AnnounceRequest;
import dev.weft.protocol.lite.registry.v1.ConfigSource;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole client against a server on loopback. */
class MeshControlTest {
  private static final String ORDERS = "outbound|80||orders.shop.svc.cluster.local";
  private final List<MeshConfig> applied = new CopyOnWriteArrayList<>();
  private String store = "store-a";
  private FakeControlPlane server;
  private @Nullable MeshControl control;

  @TempDir Path folder;

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeControlPlane();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (control != null) {
      control.close();
    }
    server.stop();
  }

  @Test
  void appliesAPushAsOneSnapshotAndAcknowledgesIt() {
    control = start(options());

    pushAll("1", "10.0.0.1");

    await().until(() -> !applied.isEmpty());
    assertThat(applied).hasSize(1);
    MeshConfig config = applied.get(0);
    assertThat(config.listeners()).hasSize(1);
    assertThat(endpoints(config)).isEqualTo(1);
    await()
        .untilAsserted(
            () ->
                assertThat(server.requests())
                    .filteredOn(request -> !request.getResponseNonce().isEmpty())
                    .extracting(DeltaDiscoveryRequest::getResponseNonce)
                    .containsExactly("c1", "l1", "e1", "r1"));
    assertThat(control.status().origin()).isEqualTo(ConfigOrigin.STREAM);
    assertThat(control.status().connected()).isTrue();
  }

  @Test
  void saysWhoItIsInTheFirstRequestOnly() {
    control = start(options());

    await().until(() -> server.requests().size() >= 2);
    assertThat(server.requests().get(0).getNode().getId())
        .isEqualTo("sidecar~127.0.0.1~orders-1.shop~shop.svc.cluster.local");
    assertThat(server.requests().get(1).hasNode()).isFalse();
  }

  @Test
  void comesBackWithTheVersionsItHas() {
    control = start(options());
    pushAll("1", "10.0.0.1");
    await().until(() -> !applied.isEmpty());

    server.endStream();

    await().until(() -> server.streams() == 2);
    await()
        .untilAsserted(
            () ->
                assertThat(server.requests(TypeUrls.CLUSTER).get(2).getInitialResourceVersionsMap())
                    .containsExactly(Map.entry(ORDERS, "1")));
  }

  @Test
  void startsFromTheDiskWhileTheServerIsAway() throws InterruptedException {
    control = start(options());
    pushAll("1", "10.0.0.1");
    await().until(() -> !applied.isEmpty());
    control.close();
    server.stop();
    applied.clear();

    control = start(options());

    await().until(() -> !applied.isEmpty());
    assertThat(endpoints(applied.get(0))).isEqualTo(1);
    assertThat(control.status().origin()).isEqualTo(ConfigOrigin.CACHE);
  }

  @Test
  void whatWasStrictIsClosedOnceNothingIsKnownOfItAlsoAfterARestart() throws InterruptedException {
    control = start(options());
    pushAll("1", "10.0.0.1");
    push("s1", strictInbound(), "1");
    await().until(() -> lastInbound().isStrictAnywhere());

    server.push(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(TypeUrls.LISTENER)
            .setNonce("s2")
            .setControlPlane(ControlPlane.newBuilder().setIdentifier(store))
            .addRemovedResources(ResourceNames.VIRTUAL_INBOUND)
            .build());
    await().until(() -> lastInbound().equals(InboundConfig.CLOSED));
    control.close();
    server.stop();
    applied.clear();
    control = start(options());

    await().until(() -> !applied.isEmpty());
    assertThat(lastInbound()).isEqualTo(InboundConfig.CLOSED);
  }

  private InboundConfig lastInbound() {
    return applied.isEmpty() ? InboundConfig.NONE : applied.get(applied.size() - 1).inbound();
  }

  private static Listener strictInbound() {
    Struct metadata =
        Struct.newBuilder()
            .putFields(
                ResourceNames.MUTUAL_TLS_MODE, Value.newBuilder().setStringValue("STRICT").build())
            .build();
    return Listener.newBuilder()
        .setName(ResourceNames.VIRTUAL_INBOUND)
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setDefaultFilterChain(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(
                            Xds.any(
                                TypeUrls.HTTP_CONNECTION_MANAGER,
                                HttpConnectionManager.getDefaultInstance())))
                .setMetadata(
                    Metadata.newBuilder().putFilterMetadata(ResourceNames.WEFT_METADATA, metadata)))
        .build();
  }

  @Test
  void worksOnWithAFolderThatCannotBeWritten() throws IOException {
    Path file = folder.resolve("file");
    Files.createFile(file);
    folder = file.resolve("under");
    control = start(options());

    pushAll("1", "10.0.0.1");

    await().until(() -> !applied.isEmpty());
  }

  @Test
  void startsFromADamagedCacheAsFromNone() throws IOException {
    Files.writeString(folder.resolve("shop.orders.xds"), "WEFTXDS1 and rubbish");
    control = start(options());

    pushAll("1", "10.0.0.1");

    await().until(() -> !applied.isEmpty());
    assertThat(control.status().origin()).isEqualTo(ConfigOrigin.STREAM);
  }

  @Test
  void aFileStandsInForTheServer() throws IOException {
    Path file = folder.resolve("mesh.xds");
    new ConfigFile(file)
        .write(
            new SavedConfig(
                "",
                "",
                0,
                List.of(
                    Xds.resource(Xds.edsCluster(ORDERS).build(), "1"),
                    Xds.resource(Xds.endpoints(ORDERS, "10.0.0.1").build(), "1"),
                    Xds.resource(Xds.listener(80).build(), "1"),
                    Xds.resource(Xds.routes(80, Xds.routeTo(ORDERS)).build(), "1")),
                false));

    control =
        start(
            new ControlOptions(null, node(), Announcement.AS_IT_LISTENS, null, file, "", Map.of()));

    await().until(() -> !applied.isEmpty());
    assertThat(applied.get(0).listeners()).hasSize(1);
    assertThat(endpoints(applied.get(0))).isEqualTo(1);
    assertThat(control.status().origin()).isEqualTo(ConfigOrigin.FILE);
  }

  @Test
  void anEngineThatCannotUseAConfigurationGetsTheNextOne() {
    List<MeshConfig> refused = new CopyOnWriteArrayList<>();
    control =
        MeshControl.start(
            options(),
            config -> {
              if (refused.isEmpty()) {
                refused.add(config);
                throw new IllegalStateException("cannot use this");
              }
              applied.add(config);
            },
            () -> AgentFaults.NONE);
    pushAll("1", "10.0.0.1");
    await().until(() -> !refused.isEmpty());

    push("e2", Xds.endpoints(ORDERS, "10.0.0.2").build(), "2");

    await().until(() -> !applied.isEmpty());
    assertThat(control.status().configVersion()).isEqualTo(applied.get(0).version());
  }

  @Test
  void aServerWithAnotherStoreRemovesNothingUntilItIsAdopted() throws Exception {
    MeshControl running = start(options());
    control = running;
    pushAll("1", "10.0.0.1");
    await().until(() -> !applied.isEmpty());
    int port = server.port();
    server.stop();
    server = new FakeControlPlane(port);
    store = "store-b";
    await().until(() -> server.requests(TypeUrls.LISTENER).size() == 1);

    push("c1", Xds.virtualOutbound("PassthroughCluster"), "1");

    await().until(() -> server.streams() == 2);
    await().until(() -> !running.status().withheld().isEmpty());
    assertThat(running.status().withheld()).contains("store-b (expected: store-a)");
    assertThat(applied.get(applied.size() - 1).clusters()).containsKey(ORDERS);
  }

  @Test
  void connectsWhenAServerThatWasAwayComes() throws Exception {
    int port = server.port();
    server.stop();
    control = start(options(port));

    server = new FakeControlPlane(port);

    await().until(() -> server.streams() == 1);
    pushAll("1", "10.0.0.1");
    await().until(() -> !applied.isEmpty());
  }

  @Test
  void announcesWhatItServesAndReports() {
    control = start(options());
    control.listening(8081, "http", "java-http-server", true);

    await()
        .until(
            () ->
                server.announcements().stream()
                    .anyMatch(a -> a.getWorkload().getPortsCount() == 1));
    AnnounceRequest first = server.announcements().get(0);
    assertThat(first.hasWorkload()).isTrue();
    assertThat(first.getReport().getConfigSource()).isEqualTo(ConfigSource.CONFIG_SOURCE_NONE);
    AnnounceRequest last =
        server.announcements().stream()
            .filter(a -> a.getWorkload().getPortsCount() == 1)
            .findFirst()
            .orElseThrow();
    assertThat(last.getWorkload().getPorts(0).getServicePort()).isEqualTo(80);
    assertThat(last.getWorkload().getPorts(0).getTargetPort()).isEqualTo(8081);
  }

  @Test
  void saysThatItLeaves() {
    MeshControl running = start(options());
    control = running;
    await().until(() -> !server.announcements().isEmpty());

    running.close();

    await().until(() -> server.leaves() == 1);
  }

  @Test
  void reportsTheConfigurationInForce() {
    control = start(options());
    pushAll("1", "10.0.0.1");
    await().until(() -> !applied.isEmpty());

    await()
        .until(
            () ->
                server.announcements().stream()
                    .anyMatch(
                        a -> a.getReport().getConfigVersion().equals(applied.get(0).version())));
  }

  @Test
  void allThreadsAreDaemonsWithOurName() {
    control = start(options());
    pushAll("1", "10.0.0.1");
    await().until(() -> !applied.isEmpty());

    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().startsWith("weft-"))
        .isNotEmpty()
        .allMatch(Thread::isDaemon)
        .allMatch(thread -> thread.getContextClassLoader() == MeshControl.class.getClassLoader());
  }

  private static int endpoints(MeshConfig config) {
    return Objects.requireNonNull(config.clusters().get(ORDERS)).endpoints().size();
  }

  private MeshControl start(ControlOptions options) {
    return MeshControl.start(options, applied::add, () -> AgentFaults.NONE);
  }

  private ControlOptions options() {
    return options(server.port());
  }

  private ControlOptions options(int port) {
    return new ControlOptions(
        new Server("127.0.0.1", port), node(), new Announcement(80, 1), folder, null, "", Map.of());
  }

  private static NodeIdentity node() {
    return new NodeIdentity(
        "orders",
        "shop",
        "orders-1",
        List.of("127.0.0.1"),
        Map.of("app", "orders"),
        "default",
        "",
        "0.1.0");
  }

  private void pushAll(String version, String address) {
    await().until(() -> !server.requests(TypeUrls.LISTENER).isEmpty());
    push("c" + version, Xds.edsCluster(ORDERS).build(), version);
    push("l" + version, Xds.listener(80).build(), version);
    await().until(() -> !server.requests(TypeUrls.CLUSTER_LOAD_ASSIGNMENT).isEmpty());
    ClusterLoadAssignment endpoints = Xds.endpoints(ORDERS, address).build();
    push("e" + version, endpoints, version);
    await().until(() -> !server.requests(TypeUrls.ROUTE_CONFIGURATION).isEmpty());
    push("r" + version, Xds.routes(80, Xds.routeTo(ORDERS)).build(), version);
  }

  private void push(String nonce, MessageLite message, String version) {
    var wire = Xds.wire(message, version);
    server.push(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(wire.getResource().getTypeUrl())
            .setNonce(nonce)
            .setControlPlane(ControlPlane.newBuilder().setIdentifier(store))
            .addResources(wire)
            .build());
  }
}
