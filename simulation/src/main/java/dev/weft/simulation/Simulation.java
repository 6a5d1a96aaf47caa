/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import dev.weft.agent.control.cache.SavedConfig;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.agent.engine.Engine;
import dev.weft.agent.engine.Explanation;
import dev.weft.policy.compiler.Compilation;
import dev.weft.policy.compiler.CompiledResource;
import dev.weft.policy.compiler.MeshSettings;
import dev.weft.policy.compiler.Snapshot;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.protocol.names.TypeUrls;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A mesh on paper: its policies, and the workloads that are announced. Asks no DNS and opens no
 * connection. Thread-safe.
 */
public final class Simulation {
  private final Compilation compilation;

  private Simulation(Compilation compilation) {
    this.compilation = compilation;
  }

  /**
   * Compiles policies.
   *
   * @param resources the policies; the WorkloadEntries among them, as the policy server shows them,
   *     are the announced workloads
   */
  public static Simulation of(MeshSettings settings, Collection<PolicyResource> resources) {
    return new Simulation(Compilation.of(settings, resources, AnnouncedWorkloads.of(resources)));
  }

  /** Returns what is wrong with the policies. */
  public List<Finding> findings() {
    return compilation.findings();
  }

  /** Returns what agents would not apply as it is pushed to this caller; nothing if all is well. */
  public List<ResourceProblem> problems(Caller caller) {
    return held(caller).problems();
  }

  /** Returns what a caller's agent would do with a request, and why. */
  public Explanation explain(Caller caller, Request request) {
    return held(caller).explain(request);
  }

  /** Returns what a caller's agent holds after the push of all this. */
  public AgentConfiguration held(Caller caller) {
    return AgentConfiguration.of(resources(caller));
  }

  /** Returns the engine of a caller's agent, as it would be after the push of all this. */
  Engine engine(Caller caller, Supplier<? extends RandomGenerator> random) {
    return held(caller).engine(random);
  }

  /** Returns all that a caller's agent would hold, in the form in which it keeps it on disk. */
  public SavedConfig configuration(Caller caller, InstantSource clock) {
    return new SavedConfig("", "", clock.millis(), resources(caller), false);
  }

  private List<XdsResource> resources(Caller caller) {
    Snapshot snapshot =
        compilation.snapshot(compilation.audience(caller.namespace(), caller.labels()));
    List<XdsResource> resources = new ArrayList<>();
    for (String typeUrl : TypeUrls.MAKE_BEFORE_BREAK) {
      for (CompiledResource resource : snapshot.resources(typeUrl).values()) {
        resources.add(
            XdsResource.of(typeUrl, resource.name(), resource.version(), resource.bytes()));
      }
    }
    return resources;
  }
}
