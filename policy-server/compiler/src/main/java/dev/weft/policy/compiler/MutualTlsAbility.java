/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds DestinationRules that order the mesh's mutual TLS for workloads that do not take it: calls
 * to those fail. What a subset or a rule for some callers orders is not looked at.
 */
final class MutualTlsAbility {
  private static final String MUTUAL = "ISTIO_MUTUAL";

  private MutualTlsAbility() {}

  static List<Finding> findings(
      List<PolicyResource> rules, Services services, Endpoints endpoints) {
    Set<Finding> findings = new LinkedHashSet<>();
    for (PolicyResource rule : rules) {
      Field spec = Field.spec(rule);
      Field policy = spec.get("trafficPolicy");
      if (orders(policy)) {
        String host = services.resolve(spec.get("host").text(), rule.namespace());
        look(services.covered(host), policy, endpoints, new Report(rule.key(), findings));
      }
    }
    return List.copyOf(findings);
  }

  private static void look(
      List<Service> services, Field policy, Endpoints endpoints, Report report) {
    for (Service service : services) {
      for (Service.Port port : service.ports()) {
        Field mode = tls(policy, port.number()).get("mode");
        List<String> unable =
            mode.text().equals(MUTUAL) ? endpoints.withoutMutualTls(service, port) : List.of();
        if (!unable.isEmpty()) {
          report.warning(
              "EndpointsWithoutTls",
              mode,
              unable.get(0)
                  + (unable.size() > 1 ? " and others" : "")
                  + " of "
                  + service.host()
                  + " cannot take the mesh's TLS, so calls there fail (expected: an identity, and a"
                  + " server that Weft secures)");
          return; // one is enough to act on
        }
      }
    }
  }

  private static boolean orders(Field policy) {
    List<Field> all = new ArrayList<>();
    all.add(policy);
    all.addAll(policy.get("portLevelSettings").items());
    return all.stream().anyMatch(one -> one.get("tls").get("mode").text().equals(MUTUAL));
  }

  /** Returns what holds for a port: its own settings, which replace all others, or those. */
  private static Field tls(Field policy, int port) {
    for (Field own : policy.get("portLevelSettings").items()) {
      if (own.get("port").get("number").number(-1) == port) {
        return own.get("tls");
      }
    }
    return policy.get("tls");
  }
}
