/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Value;
import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.protocol.names.TypeUrls;
import dev.weft.protocol.registry.v1.AgentReport;
import dev.weft.protocol.registry.v1.AnnounceRequest;
import dev.weft.protocol.registry.v1.AnnounceResponse;
import dev.weft.protocol.registry.v1.Port;
import dev.weft.protocol.registry.v1.Workload;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryTest {
  private static final String ORDERS = "outbound|80||orders.shop.svc.cluster.local";
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final FakeTimer timer = new FakeTimer();
  private final TestMesh mesh =
      new TestMesh(
          new DiscoverySettings(
              DiscoverySettings.DEFAULT.mesh(), LEASE, Duration.ZERO, Duration.ZERO),
          timer);

  RegistryTest() {
    timer.advance(LEASE); // past the start
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void anAnnouncedWorkloadBecomesAnEndpointWithItsLabels() throws InvalidProtocolBufferException {
    AnnounceClient agent = new AnnounceClient(mesh.channel());

    AnnounceResponse response =
        agent.announce(
            AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080)
                .putLabels("version", "v1"));

    assertThat(response.getProblemsList()).isEmpty();
    assertThat(response.getLeaseSeconds()).isEqualTo(15);
    assertThat(response.getControlPlaneId()).isEqualTo(mesh.store.identity());
    LbEndpoint endpoint = onlyEndpoint("10.0.0.1");
    assertThat(endpoint.getEndpoint().getAddress().getSocketAddress().getAddress())
        .isEqualTo("10.0.0.1");
    assertThat(endpoint.getEndpoint().getAddress().getSocketAddress().getPortValue())
        .isEqualTo(8080);
    assertThat(endpoint.getMetadata().getFilterMetadataOrThrow("weft").toString())
        .contains("orders-1", "version", "v1");
  }

  @Test
  void anotherEndpointChangesEndpointsOnly() {
    new AnnounceClient(mesh.channel())
        .announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");
    DeltaClient client = mesh.client("front", "shop");
    for (String type : List.of(TypeUrls.CLUSTER, TypeUrls.LISTENER)) {
      client.subscribe(type);
      client.take(type);
    }
    client.subscribe(TypeUrls.ROUTE_CONFIGURATION, "80");
    client.take(TypeUrls.ROUTE_CONFIGURATION);
    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, ORDERS);
    client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT);

    new AnnounceClient(mesh.channel())
        .announce(AnnounceClient.workload("orders", "orders-2", "10.0.0.2", 8080));
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1", "10.0.0.2");

    assertThat(
            DeltaClient.only(
                    client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT), ClusterLoadAssignment.class)
                .getEndpoints(0)
                .getLbEndpointsCount())
        .isEqualTo(2);
    assertThat(client.hasNothingElse()).isTrue();
  }

  @Test
  void aDroppedWorkloadStaysForItsLease() {
    AnnounceClient first = new AnnounceClient(mesh.channel());
    first.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));
    new AnnounceClient(mesh.channel())
        .announce(AnnounceClient.workload("orders", "orders-2", "10.0.0.2", 8080));
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1", "10.0.0.2");

    first.drop();
    awaitDisconnected("orders-1");
    timer.advance(LEASE.minusMillis(1));
    assertThat(mesh.discovery.agents()).hasSize(2);
    timer.advance(Duration.ofMillis(1));

    assertThat(mesh.discovery.agents()).hasSize(1);
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.2");
  }

  @Test
  void aWorkloadThatComesBackWithinItsLeaseStays() {
    AnnounceClient first = new AnnounceClient(mesh.channel());
    Workload.Builder workload = AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080);
    first.announce(workload);
    first.drop();
    awaitDisconnected("orders-1");

    new AnnounceClient(mesh.channel()).announce(workload);
    timer.advance(LEASE.multipliedBy(2));

    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");
  }

  @Test
  void theEndOfAStreamThatWasReplacedMeansNothing() {
    AnnounceClient first = new AnnounceClient(mesh.channel());
    Workload.Builder workload = AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080);
    first.announce(workload);
    new AnnounceClient(mesh.channel()).announce(workload);

    first.leave();
    await().until(() -> !first.ends.isEmpty());
    timer.advance(LEASE.multipliedBy(2));

    assertThat(mesh.discovery.agents()).singleElement().matches(AgentView::isConnected);
  }

  @Test
  void aStreamThatIsClosedInGoodOrderEndsTheLeaseAtOnce() {
    AnnounceClient agent = new AnnounceClient(mesh.channel());
    agent.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));

    agent.leave();

    await().until(() -> mesh.discovery.agents().isEmpty());
  }

  @Test
  void aNewProcessOnTheSocketOfAGoneOneEndsItsLease() {
    AnnounceClient gone = new AnnounceClient(mesh.channel());
    gone.announce(AnnounceClient.workload("orders", "orders-1", "127.0.0.1", 8080));
    gone.drop();
    awaitDisconnected("orders-1");

    new AnnounceClient(mesh.channel())
        .announce(AnnounceClient.workload("stock", "stock-1", "127.0.0.1", 8080));

    assertThat(mesh.discovery.agents())
        .singleElement()
        .extracting(agent -> agent.workload().getService())
        .isEqualTo("stock");
  }

  @Test
  void theLastOfTwoThatAnnounceASocketIsItsEndpoint() throws InvalidProtocolBufferException {
    Workload.Builder former = AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080);
    AnnounceClient halfOpen = new AnnounceClient(mesh.channel());
    halfOpen.announce(former.setServiceAccount("former").setPorts(0, tls(former.getPorts(0))));
    assertThat(identity("10.0.0.1")).endsWith("/sa/former");
    AnnounceClient restarted = new AnnounceClient(mesh.channel());

    restarted.announce(AnnounceClient.workload("orders", "orders-0", "10.0.0.1", 8080));
    halfOpen.announce(former); // says nothing new

    await().untilAsserted(() -> assertThat(identity("10.0.0.1")).isEmpty());
    restarted.leave();
    await().untilAsserted(() -> assertThat(identity("10.0.0.1")).endsWith("/sa/former"));
  }

  private static Port tls(Port port) {
    return port.toBuilder().setTls(true).build();
  }

  private String identity(String address) throws InvalidProtocolBufferException {
    return onlyEndpoint(address)
        .getMetadata()
        .getFilterMetadataOrThrow("weft")
        .getFieldsOrDefault("identity", Value.getDefaultInstance())
        .getStringValue();
  }

  @Test
  void whatIsAnnouncedAgainReplacesWhatWasSaid() throws InvalidProtocolBufferException {
    AnnounceClient agent = new AnnounceClient(mesh.channel());
    agent.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));

    agent.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.9", 9090));

    assertThat(
            onlyEndpoint("10.0.0.9").getEndpoint().getAddress().getSocketAddress().getPortValue())
        .isEqualTo(9090);
  }

  @Test
  void aBadNameIsAProblemAndNothingIsTaken() {
    AnnounceClient agent = new AnnounceClient(mesh.channel());

    AnnounceResponse response =
        agent.announce(AnnounceClient.workload("Orders!", "orders-1", "10.0.0.1", 8080));

    assertThat(response.getProblemsList())
        .containsExactly(
            "service: \"Orders!\" (expected: a DNS label or a host name, in lower case)");
    assertThat(mesh.discovery.agents()).isEmpty();
  }

  @Test
  void aBadPortIsAProblemAndTheOthersAreTaken() {
    AnnounceClient agent = new AnnounceClient(mesh.channel());

    AnnounceResponse response =
        agent.announce(
            AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080)
                .addPorts(
                    Port.newBuilder().setServicePort(70000).setTargetPort(1).setProtocol("http")));

    assertThat(response.getProblemsList())
        .containsExactly("ports[1].service_port: \"70000\" (expected: 1 to 65535)");
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");
  }

  @Test
  void anAddressThatNobodyCanReachIsAProblem() {
    AnnounceClient agent = new AnnounceClient(mesh.channel());

    AnnounceResponse response =
        agent.announce(AnnounceClient.workload("orders", "orders-1", "0.0.0.0", 8080));

    assertThat(response.getProblemsList())
        .containsExactly(
            "addresses[0]: \"0.0.0.0\" (expected: an IP address that callers can reach)");
  }

  @Test
  void theLastReportOfEachAgentIsKept() {
    AnnounceClient agent = new AnnounceClient(mesh.channel());
    agent.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));

    agent.send(
        AnnounceRequest.newBuilder()
            .setReport(AgentReport.newBuilder().setConfigVersion("42"))
            .build());

    AgentView view = mesh.discovery.agents().get(0);
    assertThat(view.report().getConfigVersion()).isEqualTo("42");
    assertThat(view.isConnected()).isTrue();
  }

  @Test
  void aReportBeforeAWorkloadIsAProblem() {
    AnnounceClient agent = new AnnounceClient(mesh.channel());

    AnnounceResponse response =
        agent.send(
            AnnounceRequest.newBuilder().setReport(AgentReport.getDefaultInstance()).build());

    assertThat(response.getProblemsList()).singleElement().asString().startsWith("report");
  }

  @Test
  void whoWatchesIsToldOfWorkloads() throws InterruptedException {
    new AnnounceClient(mesh.channel())
        .announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));

    assertThat(mesh.workloads.take())
        .singleElement()
        .extracting(agent -> agent.workload().getInstance())
        .isEqualTo("orders-1");
  }

  private void awaitDisconnected(String instance) {
    await()
        .until(
            () ->
                mesh.discovery.agents().stream()
                    .anyMatch(
                        agent ->
                            agent.workload().getInstance().equals(instance)
                                && !agent.isConnected()));
  }

  /** Returns the only endpoint of orders, once it is compiled. */
  private LbEndpoint onlyEndpoint(String address) throws InvalidProtocolBufferException {
    mesh.awaitAddresses(timer, ORDERS, address);
    DeltaClient client = mesh.client("waiting", "shop");
    client.subscribe(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, ORDERS);
    return DeltaClient.only(
            client.take(TypeUrls.CLUSTER_LOAD_ASSIGNMENT), ClusterLoadAssignment.class)
        .getEndpoints(0)
        .getLbEndpoints(0);
  }
}
