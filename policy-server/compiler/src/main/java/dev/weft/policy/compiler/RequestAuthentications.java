/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All RequestAuthentications. Immutable once made. */
final class RequestAuthentications {
  private final List<Compiled> all = new ArrayList<>();
  private final PerResource<Compiled> made;

  private RequestAuthentications(PerResource<Compiled> made) {
    this.made = made;
  }

  /**
   * Compiles them.
   *
   * @param resources oldest first
   */
  static RequestAuthentications of(
      List<PolicyResource> resources,
      String rootNamespace,
      @Nullable RequestAuthentications before,
      Set<Finding> findings) {
    RequestAuthentications authentications =
        new RequestAuthentications(before == null ? PerResource.empty() : before.made.next());
    for (PolicyResource resource : resources) {
      authentications.all.add(
          authentications.made.get(
              resource, findings, (one, report) -> Compiled.of(one, rootNamespace, report)));
    }
    return authentications;
  }

  /** Returns whether the other says the same of every workload. */
  boolean isSameAs(RequestAuthentications other) {
    return all.equals(other.all);
  }

  /** Returns the labels of workloads that some of them asks for. */
  Set<String> labels() {
    Set<String> labels = new HashSet<>();
    all.forEach(one -> labels.addAll(one.workloads().labels().keySet()));
    return labels;
  }

  /** Returns those for a workload. */
  List<Compiled> select(String namespace, Map<String, String> labels) {
    return all.stream()
        .filter(one -> !one.providers().isEmpty() && one.workloads().selects(namespace, labels))
        .toList();
  }

  /**
   * A compiled RequestAuthentication.
   *
   * @param workloads the workloads that it is for
   * @param providers whose tokens are taken
   */
  record Compiled(ResourceKey resource, WorkloadSelector workloads, List<JwtProvider> providers) {
    Compiled {
      providers = List.copyOf(providers);
    }

    /** Returns the providers by names that tell whose rule each is, in the rules' order. */
    Map<String, JwtProvider> namedProviders() {
      String name =
          "ns[" + resource.namespace() + "]-request-authentication[" + resource.name() + "]-rule[";
      Map<String, JwtProvider> named = new LinkedHashMap<>();
      for (int i = 0; i < providers.size(); i++) {
        named.put(name + i + "]", providers.get(i));
      }
      return named;
    }

    static Compiled of(PolicyResource resource, String rootNamespace, Report report) {
      Field spec = Field.spec(resource);
      List<JwtProvider> providers = new ArrayList<>();
      if (spec.get("targetRef").isPresent() || !spec.get("targetRefs").items().isEmpty()) {
        report.severe(
            "NotSupported",
            spec.get(spec.get("targetRef").isPresent() ? "targetRef" : "targetRefs"),
            "there are no gateways and waypoints here; it is for no workload. Use a selector");
      } else {
        for (Field rule : spec.get("jwtRules").items()) {
          providers.add(JwtProviders.read(rule, report));
        }
      }
      return new Compiled(resource.key(), WorkloadSelector.of(resource, rootNamespace), providers);
    }
  }
}
