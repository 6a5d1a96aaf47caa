/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All AuthorizationPolicies, as RBAC filters. Immutable once made. */
final class AuthorizationPolicies {
  private static final String DRY_RUN = "istio.io/dry-run";
  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");
  private static final String FILTER = "envoy.filters.http.rbac";

  private final List<Compiled> all = new ArrayList<>();
  private final PerResource<Compiled> made;

  private AuthorizationPolicies(PerResource<Compiled> made) {
    this.made = made;
  }

  /** Compiles them. */
  static AuthorizationPolicies of(
      List<PolicyResource> resources,
      MeshSettings settings,
      @Nullable AuthorizationPolicies before,
      Set<Finding> findings) {
    AuthorizationPolicies policies =
        new AuthorizationPolicies(before == null ? PerResource.empty() : before.made.next());
    for (PolicyResource resource : resources) {
      policies.all.add(
          policies.made.get(
              resource, findings, (one, report) -> Compiled.of(one, settings, report)));
    }
    return policies;
  }

  /** Returns whether the other says the same of every workload. */
  boolean isSameAs(AuthorizationPolicies other) {
    return all.equals(other.all);
  }

  /** Returns the labels of workloads that some policy asks for. */
  Set<String> labels() {
    Set<String> labels = new HashSet<>();
    all.forEach(policy -> labels.addAll(policy.selector().labels().keySet()));
    return labels;
  }

  /** Returns the policies for a workload; what is denied stands before what is allowed. */
  List<Compiled> select(String namespace, Map<String, String> labels) {
    return all.stream().filter(policy -> policy.selects(namespace, labels)).toList();
  }

  /** Returns the filters of policies in the order in which they decide. */
  static List<HttpFilter> filters(List<Compiled> policies) {
    List<HttpFilter> filters = new ArrayList<>();
    for (Action action : Action.values()) {
      List<Compiled> ofAction =
          policies.stream().filter(policy -> policy.action() == action).toList();
      if (!ofAction.isEmpty()) {
        filters.add(filter(action, ofAction));
      }
    }
    return filters;
  }

  private static HttpFilter filter(Action action, List<Compiled> policies) {
    RBAC.Builder filter = RBAC.newBuilder();
    for (Compiled policy : policies) {
      if (policy.isDryRun()) {
        filter
            .setShadowRulesStatPrefix("istio_dry_run_" + action.prefix + "_")
            .getShadowRulesBuilder()
            .setAction(action.envoy)
            .putAllPolicies(policy.rules());
      } else {
        filter.getRulesBuilder().setAction(action.envoy).putAllPolicies(policy.rules());
      }
    }
    return HttpFilter.newBuilder()
        .setName(FILTER)
        .setTypedConfig(Protos.any(TypeUrls.RBAC, filter.build()))
        .build();
  }

  /** Actions in the order in which they decide. */
  enum Action {
    AUDIT("audit", io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.LOG),
    DENY("deny", io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY),
    ALLOW("allow", io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.ALLOW);

    private final String prefix;
    private final io.envoyproxy.envoy.config.rbac.v3.RBAC.Action envoy;

    Action(String prefix, io.envoyproxy.envoy.config.rbac.v3.RBAC.Action envoy) {
      this.prefix = prefix;
      this.envoy = envoy;
    }
  }

  /**
   * A compiled AuthorizationPolicy.
   *
   * @param workloads the workloads that it is for; null for none
   * @param isDryRun whether it is counted only
   * @param rules by their names
   */
  record Compiled(
      ResourceKey resource,
      @Nullable WorkloadSelector workloads,
      Action action,
      boolean isDryRun,
      Map<String, Policy> rules) {

    static Compiled of(PolicyResource resource, MeshSettings settings, Report report) {
      Field spec = Field.spec(resource);
      WorkloadSelector workloads = WorkloadSelector.of(resource, settings.rootNamespace());
      if (spec.get("targetRef").isPresent() || !spec.get("targetRefs").items().isEmpty()) {
        report.severe(
            "NotSupported",
            spec.get(spec.get("targetRef").isPresent() ? "targetRef" : "targetRefs"),
            "there are no gateways and waypoints here; it is for no workload. Use a selector");
        workloads = null;
      }
      Action action = action(spec.get("action"), report);
      RbacSources sources = new RbacSources(resource.namespace(), TrustDomains.of(settings));
      Map<String, Policy> rules = new TreeMap<>();
      List<Field> fields = spec.get("rules").items();
      for (int i = 0; i < fields.size(); i++) {
        Policy rule =
            new AuthorizationRule(sources, action != Action.ALLOW, report).compile(fields.get(i));
        if (rule != null) {
          rules.put(
              "ns[" + resource.namespace() + "]-policy[" + resource.name() + "]-rule[" + i + "]",
              rule);
        }
      }
      return new Compiled(resource.key(), workloads, action, isDryRun(resource, report), rules);
    }

    /** Takes what Go takes for a boolean; anything else, and the policy is in force. */
    private static boolean isDryRun(PolicyResource resource, Report report) {
      String said = resource.annotations().get(DRY_RUN);
      if (said == null || TRUE.contains(said)) {
        return said != null;
      }
      if (!FALSE.contains(said)) {
        report.invalid(
            new Field(TextNode.valueOf(said), "metadata.annotations[" + DRY_RUN + "]"),
            "true or false; without it the policy is in force");
      }
      return false;
    }

    private static Action action(Field field, Report report) {
      return switch (field.text("ALLOW")) {
        case "ALLOW" -> Action.ALLOW;
        case "AUDIT" -> Action.AUDIT;
        case "DENY" -> Action.DENY;
        default -> {
          report.severe(
              "NotSupported",
              field,
              "there are no external authorizers here; what the rules match is denied");
          yield Action.DENY;
        }
      };
    }

    WorkloadSelector selector() {
      return workloads == null ? new WorkloadSelector("", false, Map.of()) : workloads;
    }

    boolean selects(String namespace, Map<String, String> labels) {
      return workloads != null && workloads.selects(namespace, labels);
    }
  }
}
