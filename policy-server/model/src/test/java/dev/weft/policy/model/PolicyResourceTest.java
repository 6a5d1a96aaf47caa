/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPFaultInjectionAbortHttpStatus;
import io.fabric8.istio.api.api.networking.v1alpha3.LoadBalancerSettingsSimple;
import io.fabric8.istio.api.api.networking.v1alpha3.LoadBalancerSettingsSimpleLB;
import io.fabric8.istio.api.api.networking.v1alpha3.ServiceEntryResolution;
import io.fabric8.istio.api.api.networking.v1alpha3.StringMatchPrefix;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PolicyResourceTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @Test
  void aVirtualServiceHasATypedView() throws IOException {
    PolicyResource resource =
        parse(
            Kinds.VIRTUAL_SERVICE,
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: orders, namespace: shop, labels: {team: a}, generation: 3}
            spec:
              hosts: [orders]
              http:
              - match:
                - uri: {prefix: /v2}
                  headers: {end-user: {exact: tester}}
                fault:
                  abort: {percentage: {value: 30}, httpStatus: 503}
                timeout: 2s
                retries: {attempts: 3, perTryTimeout: 500ms, retryOn: "5xx"}
                route:
                - destination: {host: orders, subset: v2, port: {number: 8080}}
                  weight: 90
            """);

    assertThat(resource.key()).hasToString("VirtualService shop/orders");
    assertThat(resource.generation()).isEqualTo(3);
    assertThat(resource.labels()).containsEntry("team", "a");
    var route = resource.asVirtualService().getSpec().getHttp().get(0);
    assertThat(((StringMatchPrefix) route.getMatch().get(0).getUri().getMatchType()).getPrefix())
        .isEqualTo("/v2");
    assertThat(route.getFault().getAbort().getErrorType())
        .isInstanceOfSatisfying(
            HTTPFaultInjectionAbortHttpStatus.class,
            status -> assertThat(status.getHttpStatus()).isEqualTo(503));
    assertThat(route.getRoute().get(0).getDestination().getPort().getNumber()).isEqualTo(8080L);
    assertThat(route.getRetries().getPerTryTimeout()).isEqualTo("500ms");
  }

  @Test
  void aDestinationRuleHasATypedView() throws IOException {
    PolicyResource resource =
        parse(
            Kinds.DESTINATION_RULE,
            """
            metadata: {name: orders}
            spec:
              host: orders
              trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}
              subsets: [{name: v1, labels: {version: v1}}]
            """);

    assertThat(resource.namespace()).isEqualTo("default");
    var policy = resource.asDestinationRule().getSpec().getTrafficPolicy();
    assertThat(((LoadBalancerSettingsSimple) policy.getLoadBalancer().getLbPolicy()).getSimple())
        .isEqualTo(LoadBalancerSettingsSimpleLB.LEAST_REQUEST);
  }

  @Test
  void aServiceEntryHasATypedView() throws IOException {
    PolicyResource resource =
        parse(
            Kinds.SERVICE_ENTRY,
            """
            metadata: {name: orders}
            spec:
              hosts: [orders]
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
              resolution: STATIC
              endpoints: [{address: 127.0.0.1, ports: {http: 18080}, labels: {version: v1}}]
            """);

    var spec = resource.asServiceEntry().getSpec();
    assertThat(spec.getResolution()).isEqualTo(ServiceEntryResolution.STATIC);
    assertThat(spec.getEndpoints().get(0).getPorts()).containsEntry("http", 18080L);
  }

  @Test
  void anHttpRouteHasATypedView() throws IOException {
    PolicyResource resource =
        parse(
            Kinds.HTTP_ROUTE,
            """
            metadata: {name: orders}
            spec:
              parentRefs: [{group: "", kind: Service, name: orders}]
              rules:
              - matches: [{path: {type: PathPrefix, value: /}}]
                backendRefs: [{name: orders-v1, port: 80, weight: 90}]
            """);

    var rule = resource.asHttpRoute().getSpec().getRules().get(0);
    assertThat(rule.getBackendRefs().get(0).getWeight()).isEqualTo(90);
    assertThat(rule.getMatches().get(0).getPath().getValue()).isEqualTo("/");
  }

  @Test
  void aViewOfAnotherKindIsRefused() throws IOException {
    PolicyResource resource = parse(Kinds.HTTP_ROUTE, "metadata: {name: orders}");

    assertThatThrownBy(resource::asVirtualService)
        .hasMessage("HTTPRoute default/orders is no VirtualService");
  }

  @Test
  void aResourceWithoutANameIsNone() {
    assertThatThrownBy(() -> parse(Kinds.HTTP_ROUTE, "metadata: {}"))
        .hasMessage("metadata.name: missing (expected: a name)");
  }

  private static PolicyResource parse(Kind kind, String yaml) throws IOException {
    return PolicyResource.of(kind, (ObjectNode) YAML.readTree(yaml));
  }
}
