/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.model.PolicyResource;
import dev.weft.protocol.names.TypeUrls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CompilationTest {
  private static final String ORDERS = "outbound|80||orders.shop.svc.cluster.local";
  private static final String STOCK = "outbound|80||stock.shop.svc.cluster.local";
  private static final String WORLD =
      """
      workloads:
      - {service: orders, namespace: shop, address: 10.0.0.1, ports: [{port: 80}]}
      - {service: stock, namespace: shop, address: 10.0.0.2, ports: [{port: 80}]}
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: orders, namespace: shop}
      spec:
        hosts: [orders]
        http:
        - match: [{sourceLabels: {app: front}}]
          route: [{destination: {host: stock}}]
        - route: [{destination: {host: orders}}]
      """;

  private final World world = read(WORLD);
  private final Compilation first = world.compile();

  @Test
  void anotherEndpointLeavesAllButItsAssignmentTheSameObject() {
    List<Workload> more = new ArrayList<>(world.workloads());
    more.add(
        read("workloads: [{service: orders, namespace: shop, address: 10.0.0.3, ports: [{port:"
                + " 80}]}]")
            .workloads()
            .get(0));
    Snapshot before = snapshot(first);

    Snapshot after = snapshot(first.withWorkloads(more));

    for (String type : List.of(TypeUrls.CLUSTER, TypeUrls.LISTENER, TypeUrls.ROUTE_CONFIGURATION)) {
      assertThat(after.resources(type)).isSameAs(before.resources(type));
    }
    Map<String, CompiledResource> assignments = after.resources(TypeUrls.CLUSTER_LOAD_ASSIGNMENT);
    assertThat(assignments.get(STOCK))
        .isSameAs(before.resources(TypeUrls.CLUSTER_LOAD_ASSIGNMENT).get(STOCK));
    assertThat(assignments.get(ORDERS))
        .isNotEqualTo(before.resources(TypeUrls.CLUSTER_LOAD_ASSIGNMENT).get(ORDERS));
  }

  @Test
  void theSameResourcesAgainAreTheSameObjects() {
    Snapshot before = snapshot(first);

    Snapshot after = snapshot(first.withResources(world.resources(), world.workloads()));

    for (String type : TypeUrls.MAKE_BEFORE_BREAK) {
      assertThat(after.resources(type)).isSameAs(before.resources(type));
    }
  }

  @Test
  void whatGuardsAWorkloadIsMadeAnewOnlyIfAPolicyChanged() {
    World guarded =
        read(
            WORLD
                + """
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: orders, namespace: shop}
                spec: {selector: {matchLabels: {app: orders}}}
                """);
    List<PolicyResource> policiesOnly = guarded.resources().subList(1, 2);
    Compilation before = guarded.compile();
    Audience orders = before.audience("shop", Map.of("app", "orders"));
    CompiledResource guard = guard(before, orders);

    assertThat(guard(before.withResources(policiesOnly, guarded.workloads()), orders))
        .isSameAs(guard);
    assertThat(guard(before.withResources(List.of(), guarded.workloads()), orders))
        .isNotEqualTo(guard);
    assertThat(guard(before, before.audience("shop", Map.of("app", "stock")))).isNotEqualTo(guard);
  }

  private static CompiledResource guard(Compilation compilation, Audience audience) {
    return Objects.requireNonNull(
        compilation.snapshot(audience).resources(TypeUrls.LISTENER).get("virtualInbound"));
  }

  @Test
  void aServiceThatNobodyAnnouncesAnyMoreIsGone() {
    snapshot(first);

    Snapshot after = snapshot(first.withWorkloads(world.workloads().subList(0, 1)));

    assertThat(after.resources(TypeUrls.CLUSTER)).containsKey(ORDERS).doesNotContainKey(STOCK);
  }

  @Test
  void mutualTlsThatIsOrderedForWhoCannotTakeItIsFoundAsLongAsThereIsSuchAWorkload() {
    World secured =
        read(
            """
            workloads:
            - {service: orders, namespace: shop, address: 10.0.0.1, ports: [{port: 80, tls: true}]}
            - {service: orders, namespace: shop, address: 10.0.0.2, ports: [{port: 80}]}
            - {service: orders, namespace: shop, address: 10.0.0.3, ports: [{port: 81}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: orders, namespace: shop}
            spec:
              host: orders
              trafficPolicy:
                tls: {mode: ISTIO_MUTUAL}
                portLevelSettings: [{port: {number: 81}, tls: {mode: DISABLE}}]
            """);
    List<Workload> able = secured.workloads().subList(0, 1);

    Compilation mixed = secured.compile();

    assertThat(mixed.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severe()).isFalse();
              assertThat(finding.reason()).isEqualTo("EndpointsWithoutTls");
              assertThat(finding.field()).isEqualTo("spec.trafficPolicy.tls.mode");
              assertThat(finding.message()).contains("10.0.0.2, port 80").doesNotContain("others");
            });
    assertThat(mixed.withWorkloads(able).findings()).isEmpty();
    assertThat(mixed.withWorkloads(able).withWorkloads(secured.workloads()).findings()).hasSize(1);
  }

  @Test
  void callersThatNoRuleTellsApartAreOneAudience() {
    assertThat(first.audience("shop", Map.of("app", "back", "pod", "1")))
        .isEqualTo(first.audience("shop", Map.of("app", "back", "pod", "2")))
        .isNotEqualTo(first.audience("shop", Map.of("app", "front")));
  }

  @Test
  void theOrderOfWhatIsGivenMeansNothing() {
    List<Workload> reversed = new ArrayList<>(world.workloads());
    Collections.reverse(reversed);

    Compilation other = Compilation.of(world.settings(), world.resources(), reversed);

    for (String type : TypeUrls.MAKE_BEFORE_BREAK) {
      assertThat(snapshot(other).resources(type)).isEqualTo(snapshot(first).resources(type));
    }
  }

  @Test
  void eachResourceNamesWhatItWasMadeOf() {
    CompiledResource routes = snapshot(first).resources(TypeUrls.ROUTE_CONFIGURATION).get("80");

    assertThat(routes).isNotNull();
    assertThat(routes.origins()).containsExactly(world.resources().get(0).key());
  }

  private static Snapshot snapshot(Compilation compilation) {
    return compilation.snapshot(compilation.audience("shop", Map.of()));
  }

  private static World read(String yaml) {
    try {
      return World.read(yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
