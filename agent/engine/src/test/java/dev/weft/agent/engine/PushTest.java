/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.Mesh.PORT;
import static dev.weft.agent.engine.Mesh.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.route.VirtualHost;
import dev.weft.agent.seam.Call;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PushTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");

  @Test
  void whatDidNotChangeIsTakenOver() {
    EngineFixture fixture = new EngineFixture(mesh(2, to("pay")));
    VirtualHost orders = virtualHost(fixture, "orders");
    VirtualHost pay = virtualHost(fixture, "pay");
    Cluster ordersCluster = fixture.cluster("orders");

    fixture.engine.apply(mesh(2, Mesh.route(Mesh.prefix("/v2"), Mesh.forward("pay"))));

    assertThat(virtualHost(fixture, "orders")).isSameAs(orders);
    assertThat(virtualHost(fixture, "pay")).isNotSameAs(pay);
    assertThat(fixture.cluster("orders")).isSameAs(ordersCluster);
  }

  @Test
  void aChangedClusterChangesTheRoutesToIt() {
    EngineFixture fixture = new EngineFixture(mesh(1, to("pay")));
    VirtualHost pay = virtualHost(fixture, "pay");

    fixture.engine.apply(mesh(2, to("pay")));

    assertThat(fixture.send(REQUEST, 200)).isEqualTo("10.0.0.1");
    assertThat(fixture.send(REQUEST, 200)).isEqualTo("10.0.0.2");
    assertThat(virtualHost(fixture, "pay")).isSameAs(pay);
  }

  @Test
  void aClusterThatComesLaterIsFound() {
    Mesh without = new Mesh().host("orders", to("orders"));
    EngineFixture fixture = new EngineFixture(without);
    assertThat(EngineFixture.nextReply(fixture.call(REQUEST)).flag()).isEqualTo("NC");

    fixture.engine.apply(without.cluster("orders", 1).build());

    assertThat(fixture.send(REQUEST, 200)).isEqualTo("10.0.0.1");
  }

  @Test
  void aCallUnderWayGoesOnByTheConfigurationThatItBeganWith() {
    EngineFixture fixture = new EngineFixture(mesh(1, to("pay")));
    Call call = fixture.call(REQUEST);

    fixture.engine.apply(new Mesh().build());

    assertThat(EngineFixture.addressOf(EngineFixture.nextAttempt(call))).isEqualTo("10.0.0.1");
    assertThat(fixture.begin(REQUEST)).isNull();
  }

  @Test
  void aListenerUnderAnotherNameIsCompiledAnew() {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host(80, List.of("orders"), to("orders")).build());
    MeshConfig other =
        new Mesh().host(81, List.of("orders"), to("orders")).cluster("orders", 1).build();

    fixture.engine.apply(other);

    Snapshot snapshot = Objects.requireNonNull(fixture.engine.current());
    assertThat(snapshot.listener(80)).isNull();
    assertThat(Objects.requireNonNull(snapshot.virtualHost(81, "orders")).info().listener())
        .isEqualTo("0.0.0.0_81");
  }

  private static VirtualHost virtualHost(EngineFixture fixture, String host) {
    Snapshot snapshot = Objects.requireNonNull(fixture.engine.current());
    return Objects.requireNonNull(snapshot.virtualHost(PORT, host));
  }

  private static MeshConfig mesh(int endpoints, RouteConfig pay) {
    return new Mesh()
        .host("orders", to("orders"))
        .host("pay", pay)
        .cluster("orders", endpoints)
        .cluster("pay", 1)
        .build();
  }
}
