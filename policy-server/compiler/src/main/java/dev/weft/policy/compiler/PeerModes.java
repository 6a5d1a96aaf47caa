/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who has to show a certificate of the mesh to whom: all PeerAuthentications. The one of the
 * workload counts before the namespace's, that before the mesh's; of several at one level the
 * oldest. Immutable.
 *
 * @param ofMesh that of the root namespace without a selector; null for none
 * @param ofNamespaces those of other namespaces without a selector
 * @param ofWorkloads those with one, oldest first
 */
record PeerModes(
    @Nullable Policy ofMesh, Map<String, Policy> ofNamespaces, List<Policy> ofWorkloads) {
  private static final int MAX_PORT = 65_535;

  PeerModes {
    ofNamespaces = Map.copyOf(ofNamespaces);
    ofWorkloads = List.copyOf(ofWorkloads);
  }

  /** Istio's modes. */
  enum Mode {
    /** Plaintext only. */
    DISABLE,
    /** Either. */
    PERMISSIVE,
    /** Mutual TLS only. */
    STRICT
  }

  /**
   * Reads the policies.
   *
   * @param resources oldest first
   */
  static PeerModes of(List<PolicyResource> resources, String rootNamespace, Set<Finding> findings) {
    Policy ofMesh = null;
    Map<String, Policy> ofNamespaces = new HashMap<>();
    List<Policy> ofWorkloads = new ArrayList<>();
    for (PolicyResource resource : resources) {
      Report report = new Report(resource.key(), findings);
      Policy policy = Policy.read(resource, rootNamespace, report);
      boolean isRoot = policy.selector().isMeshWide();
      if (!policy.selector().labels().isEmpty()) {
        if (isRoot) {
          report.severe(
              "NotSupported",
              Field.spec(resource).get("selector"),
              "a selector in the root namespace selects nothing; put the policy into the"
                  + " workload's namespace");
        } else {
          ofWorkloads.add(policy);
        }
        continue;
      }
      Policy older = isRoot ? ofMesh : ofNamespaces.putIfAbsent(resource.namespace(), policy);
      if (older != null) {
        report.severe(
            "Conflict",
            Field.spec(resource),
            "the older " + older.resource() + " is for the same workloads and wins");
      } else if (isRoot) {
        ofMesh = policy;
      }
    }
    return new PeerModes(ofMesh, ofNamespaces, ofWorkloads);
  }

  /** Returns the labels of workloads that some policy asks for. */
  Set<String> labels() {
    Set<String> labels = new HashSet<>();
    ofWorkloads.forEach(policy -> labels.addAll(policy.selector().labels().keySet()));
    return labels;
  }

  /** Returns what holds for a workload. */
  Effective effective(String namespace, Map<String, String> labels) {
    Set<ResourceKey> origins = new HashSet<>();
    Decided all = new Decided(Mode.PERMISSIVE, null);
    Map<Integer, Decided> ports = new TreeMap<>();
    Policy ofNamespace = ofNamespaces.get(namespace);
    for (Policy policy : present(ofMesh, ofNamespace, ofWorkload(namespace, labels))) {
      origins.add(policy.resource());
      all = policy.mode() == null ? all : new Decided(policy.mode(), policy.resource());
      for (Map.Entry<Integer, @Nullable Mode> port : policy.ports().entrySet()) {
        Mode own = port.getValue();
        ports.put(port.getKey(), own == null ? all : new Decided(own, policy.resource()));
      }
    }
    return new Effective(all, ports, origins);
  }

  private @Nullable Policy ofWorkload(String namespace, Map<String, String> labels) {
    for (Policy policy : ofWorkloads) {
      if (policy.selector().selects(namespace, labels)) {
        return policy;
      }
    }
    return null;
  }

  private static List<Policy> present(@Nullable Policy... policies) {
    List<Policy> present = new ArrayList<>();
    for (Policy policy : policies) {
      if (policy != null) {
        present.add(policy);
      }
    }
    return present;
  }

  /**
   * What holds for a workload.
   *
   * @param all for its ports
   * @param ports for single ports that it listens on
   * @param origins what says so
   */
  record Effective(Decided all, Map<Integer, Decided> ports, Set<ResourceKey> origins) {
    Mode at(int port) {
      return ports.getOrDefault(port, all).mode();
    }
  }

  /**
   * A mode and who decided it.
   *
   * @param policy null if no policy says anything
   */
  record Decided(Mode mode, @Nullable ResourceKey policy) {
    /** Returns the policy's name as refusals show it; empty if there is none. */
    String policyName() {
      return policy == null
          ? ""
          : "ns[" + policy.namespace() + "]-peer-authentication[" + policy.name() + "]";
    }
  }

  /**
   * One PeerAuthentication.
   *
   * @param mode null if it is unset
   * @param ports by port; null for "as the workload's"
   */
  record Policy(
      ResourceKey resource,
      WorkloadSelector selector,
      @Nullable Mode mode,
      Map<Integer, @Nullable Mode> ports) {

    static Policy read(PolicyResource resource, String rootNamespace, Report report) {
      Field spec = Field.spec(resource);
      WorkloadSelector selector = WorkloadSelector.of(resource, rootNamespace);
      Map<Integer, @Nullable Mode> ports = new TreeMap<>();
      Field levels = spec.get("portLevelMtls");
      if (selector.labels().isEmpty() && !levels.members().isEmpty()) {
        report.severe("NotSupported", levels, "has no effect without a selector");
      } else {
        levels
            .members()
            .forEach(
                (port, level) -> {
                  int number = port(port);
                  if (number == 0) {
                    report.invalid(level, "1 to 65535 as the key");
                  } else {
                    ports.put(number, mode(level));
                  }
                });
      }
      return new Policy(resource.key(), selector, mode(spec.get("mtls")), ports);
    }

    private static int port(String text) {
      try {
        int port = Integer.parseInt(text);
        return port > 0 && port <= MAX_PORT ? port : 0;
      } catch (NumberFormatException e) {
        return 0;
      }
    }

    private static @Nullable Mode mode(Field mtls) {
      return switch (mtls.get("mode").text()) {
        case "DISABLE" -> Mode.DISABLE;
        case "PERMISSIVE" -> Mode.PERMISSIVE;
        case "STRICT" -> Mode.STRICT;
        default -> null;
      };
    }
  }
}
