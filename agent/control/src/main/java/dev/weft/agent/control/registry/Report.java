/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.registry;

import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.identity.IdentityStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the agent is.
 *
 * @param configVersion the version of the configuration in force; empty if there is none
 * @param source where it came from
 * @param problems resources that are not applied as pushed
 * @param withheld why removals are withheld; empty if they are not
 * @param faults the agent's own faults caught since its start
 * @param lastFault the last of them; empty if there is none
 * @param options effective options by name, secrets left out
 * @param identity how it stands with this process's identity; null if it wants none
 */
public record Report(
    String configVersion,
    ConfigOrigin source,
    List<ResourceProblem> problems,
    String withheld,
    long faults,
    String lastFault,
    Map<String, String> options,
    @Nullable IdentityStatus identity) {
  /** Copies the collections. */
  public Report {
    problems = List.copyOf(problems);
    options = Map.copyOf(options);
  }

  /** Where a configuration came from. */
  public enum ConfigOrigin {
    /** There is none: all traffic is unmanaged. */
    NONE,
    /** From the policy server. */
    STREAM,
    /** From the disk, as it was saved last. */
    CACHE,
    /** From a compiled file. */
    FILE
  }
}
