/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.protocol.lite.envoy.config.route.v3.RetryPolicy;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import dev.weft.protocol.names.TypeUrls;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A route configuration with a bad virtual host. */
class RouteSalvageTest {
  private final XdsTable table = new XdsTable();

  @BeforeEach
  void listen() {
    table.put(Xds.resource(Xds.listener(80).build(), "1"));
  }

  @Test
  void theBadHostIsAsBeforeAndTheOthersAreAsPushed() {
    put("1", host("orders", Xds.routeTo("a")), host("items", Xds.routeTo("a")));

    ResourceProblem problem = problem("2", host("orders", bad()), host("items", Xds.routeTo("b")));

    assertThat(problem)
        .isEqualTo(
            new ResourceProblem(
                TypeUrls.ROUTE_CONFIGURATION,
                "80",
                ResourceProblem.State.PARTLY_REFUSED,
                "virtual_hosts[0].routes[0].route.retry_policy.num_retries: 1001 (expected: 0 to"
                    + " 1000); as before: orders; all other hosts as pushed"));
    assertThat(problem.isApplied()).isFalse();
    assertThat(actions()).isEqualTo(Map.of("orders", "a", "items", "b"));
    assertThat(table.versions(TypeUrls.ROUTE_CONFIGURATION)).containsEntry("80", "2-partly");
  }

  @Test
  void whatIsNewOfABadHostIsAsTheRestOfIt() {
    put("1", host("orders", Xds.routeTo("a")), host("items", Xds.routeTo("a")));

    put("2", host("orders", bad()).toBuilder().addDomains("again").build(), items("b"));

    assertThat(domains("orders")).containsExactly("orders", "again");
    assertThat(actions()).isEqualTo(Map.of("orders", "a", "items", "b"));
  }

  @Test
  void whatIsNewOfARefusedHostIsRefusedToo() {
    put("1", host("orders", bad()), items("a"));

    put("2", host("orders", bad()).toBuilder().addDomains("again").build(), items("b"));

    assertThat(domains("orders")).containsExactly("orders", "again");
    assertThat(actions()).isEqualTo(Map.of("orders", "503", "items", "b"));
  }

  @Test
  void aBadHostThatIsNewRefusesItsCalls() {
    ResourceProblem problem = problem("1", host("items", Xds.routeTo("a")), host("orders", bad()));

    assertThat(problem.reason()).contains("virtual_hosts[1]", "answered with 503: orders");
    assertThat(actions()).isEqualTo(Map.of("items", "a", "orders", "503"));
  }

  @Test
  void itIsAllRightAgainWithTheNextGoodVersion() {
    put("1", host("items", Xds.routeTo("a")), host("orders", bad()));
    put("2", host("items", Xds.routeTo("b")), host("orders", bad()));
    assertThat(actions()).isEqualTo(Map.of("items", "b", "orders", "503"));

    assertThat(put("3", host("items", Xds.routeTo("b")), host("orders", Xds.routeTo("c"))))
        .isNull();

    assertThat(actions()).isEqualTo(Map.of("items", "b", "orders", "c"));
    assertThat(table.problems()).isEmpty();
  }

  @Test
  void whatIsLeftCanBeSavedAndReadAgain() {
    put("1", host("orders", Xds.routeTo("a")), host("items", Xds.routeTo("a")));
    put("2", host("orders", bad()), host("items", Xds.routeTo("b")));
    XdsTable restarted = new XdsTable();

    table.resources().forEach(restarted::put);

    assertThat(restarted.problems()).isEmpty();
    assertThat(restarted.config(ResolvedNames.NONE)).isEqualTo(table.config(ResolvedNames.NONE));
  }

  @Test
  void aHostThatWantsTheDomainOfAnotherIsTheBadOne() {
    VirtualHost second =
        host("orders", Xds.routeTo("b")).toBuilder().setName("again").addDomains("spare").build();

    ResourceProblem problem = problem("1", host("orders", Xds.routeTo("a")), second);

    assertThat(problem.reason())
        .contains("virtual_hosts[1].domains: orders (expected: a domain that no virtual host has");
    assertThat(actions()).isEqualTo(Map.of("orders", "a", "again", "503"));
  }

  @Test
  void aConfigurationWithoutAGoodHostIsRefusedAsAWhole() {
    put("1", host("orders", Xds.routeTo("a")));

    ResourceProblem problem = problem("2", host("orders", bad()));

    assertThat(problem.state()).isEqualTo(ResourceProblem.State.KEPT_LAST_GOOD);
    assertThat(actions()).isEqualTo(Map.of("orders", "a"));
  }

  private static VirtualHost items(String cluster) {
    return host("items", Xds.routeTo(cluster));
  }

  private List<String> domains(String name) {
    return table.config(ResolvedNames.NONE).listeners().get(0).routes().virtualHosts().stream()
        .filter(host -> host.name().equals(name))
        .flatMap(host -> host.domains().stream())
        .toList();
  }

  private static VirtualHost host(String name, Route route) {
    return VirtualHost.newBuilder().setName(name).addDomains(name).addRoutes(route).build();
  }

  private static Route bad() {
    Route good = Xds.routeTo("a");
    return good.toBuilder()
        .setRoute(
            good.getRoute().toBuilder()
                .setRetryPolicy(RetryPolicy.newBuilder().setNumRetries(Xds.number(1001))))
        .build();
  }

  private ResourceProblem problem(String version, VirtualHost... hosts) {
    return Objects.requireNonNull(put(version, hosts));
  }

  private @Nullable ResourceProblem put(String version, VirtualHost... hosts) {
    RouteConfiguration routes =
        RouteConfiguration.newBuilder().setName("80").addAllVirtualHosts(List.of(hosts)).build();
    return table.put(Xds.resource(routes, version));
  }

  /** By virtual host the cluster that it goes to, or the status that it answers. */
  private Map<String, String> actions() {
    Map<String, String> actions = new LinkedHashMap<>();
    for (VirtualHostConfig host :
        table.config(ResolvedNames.NONE).listeners().get(0).routes().virtualHosts()) {
      RouteAction action = host.routes().get(0).action();
      actions.put(
          host.name(),
          action instanceof RouteAction.Forward forward
              ? forward.clusters().get(0).cluster()
              : String.valueOf(((RouteAction.DirectResponse) action).status()));
    }
    return actions;
  }
}
