/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.protocol.registry.v1.AgentReport;
import dev.weft.protocol.registry.v1.AnnounceRequest;
import dev.weft.protocol.registry.v1.AnnounceResponse;
import dev.weft.protocol.registry.v1.Workload;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one identity has, no other takes from it. */
class RegistryIdentityTest {
  private static final String ORDERS = "outbound|80||orders.shop.svc.cluster.local";
  private static final String STOCK = "outbound|80||stock.shop.svc.cluster.local";
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final FakeTimer timer = new FakeTimer();
  private final TestMesh mesh =
      new TestMesh(
          new DiscoverySettings(
              DiscoverySettings.DEFAULT.mesh(), LEASE, Duration.ZERO, Duration.ZERO),
          timer);

  RegistryIdentityTest() {
    timer.advance(LEASE); // past the start
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void aNodeIdStaysWithItsIdentityUntilItLeaves() {
    AnnounceClient orders = new AnnounceClient(mesh.channel("orders"));
    orders.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));
    AnnounceClient stock = new AnnounceClient(mesh.channel("stock"));
    Workload.Builder sameNode = AnnounceClient.workload("stock", "orders-1", "10.0.0.9", 8080);

    assertThat(stock.announce(sameNode).getProblemsList())
        .containsExactly(
            "node_id: \""
                + sameNode.getNodeId()
                + "\" (expected: one that spiffe://cluster.local/ns/shop/sa/orders does not have)");
    assertThat(report(stock).getProblemsList()).singleElement().asString().startsWith("node_id");
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");
    assertThat(mesh.addresses(STOCK)).isEmpty();

    orders.leave();
    await().until(() -> mesh.discovery.agents().isEmpty());
    assertThat(report(stock).getProblemsList()).isEmpty();
    mesh.awaitAddresses(timer, STOCK, "10.0.0.9");
  }

  @Test
  void anAddressAndPortStayWithTheirIdentityUntilItsLeaseEnds() {
    AnnounceClient orders = new AnnounceClient(mesh.channel("orders"));
    orders.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));
    AnnounceClient stock = new AnnounceClient(mesh.channel("stock"));

    assertThat(
            stock
                .announce(AnnounceClient.workload("stock", "stock-1", "10.0.0.1", 8080))
                .getProblemsList())
        .containsExactly(
            "target_port: 8080 at 10.0.0.1 (expected: one that"
                + " spiffe://cluster.local/ns/shop/sa/orders does not have; taken when that one's"
                + " lease has ended)");
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");
    assertThat(mesh.addresses(STOCK)).isEmpty();

    orders.drop();
    awaitDisconnected("orders-1");
    timer.advance(LEASE.minusMillis(1));
    assertThat(report(stock).getProblemsList()).hasSize(1);
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");
    timer.advance(Duration.ofMillis(1));

    mesh.awaitAddresses(timer, STOCK, "10.0.0.1");
    assertThat(mesh.addresses(ORDERS)).isEmpty();
    assertThat(report(stock).getProblemsList()).isEmpty();
  }

  @Test
  void anIdentityThatStartsAgainAsAnotherNodeHasItsAddressAtOnce() {
    AnnounceClient halfOpen = new AnnounceClient(mesh.channel("shop"));
    halfOpen.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");

    assertThat(
            new AnnounceClient(mesh.channel("shop"))
                .announce(AnnounceClient.workload("stock", "stock-1", "10.0.0.1", 8080))
                .getProblemsList())
        .isEmpty();
    mesh.awaitAddresses(timer, STOCK, "10.0.0.1");
    assertThat(mesh.addresses(ORDERS)).isEmpty();

    halfOpen.drop();
    awaitDisconnected("orders-1");
    timer.advance(LEASE);
    mesh.awaitAddresses(timer, STOCK, "10.0.0.1");
  }

  @Test
  void whoHasNoIdentityGivesWayToWhoHasOneAndTakesNothingFromIt() {
    AnnounceClient plain = new AnnounceClient(mesh.channel());
    plain.announce(AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080));
    mesh.awaitAddresses(timer, ORDERS, "10.0.0.1");

    assertThat(
            new AnnounceClient(mesh.channel("stock"))
                .announce(AnnounceClient.workload("stock", "stock-1", "10.0.0.1", 8080))
                .getProblemsList())
        .isEmpty();
    mesh.awaitAddresses(timer, STOCK, "10.0.0.1");

    assertThat(
            plain
                .announce(
                    AnnounceClient.workload("orders", "orders-1", "10.0.0.1", 8080)
                        .putLabels("says", "something new"))
                .getProblemsList())
        .singleElement()
        .asString()
        .startsWith("target_port: 8080 at 10.0.0.1");
    mesh.awaitAddresses(timer, STOCK, "10.0.0.1");
    assertThat(mesh.addresses(ORDERS)).isEmpty();
  }

  private static AnnounceResponse report(AnnounceClient agent) {
    return agent.send(
        AnnounceRequest.newBuilder().setReport(AgentReport.getDefaultInstance()).build());
  }

  private void awaitDisconnected(String instance) {
    await()
        .until(
            () ->
                mesh.discovery.agents().stream()
                    .filter(agent -> agent.workload().getInstance().equals(instance))
                    .noneMatch(AgentView::isConnected));
  }
}
