/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.registry.Report.ConfigOrigin;
import dev.weft.agent.control.translate.ResourceProblem;
import java.util.List;

/**
 * How the control plane client is.
 *
 * @param configVersion the version of the configuration in force; empty if there is none
 * @param origin where it came from
 * @param problems resources that are not applied as pushed
 * @param withheld why removals are withheld; empty if they are not
 * @param connected whether the stream to the policy server is open
 */
public record ControlStatus(
    String configVersion,
    ConfigOrigin origin,
    List<ResourceProblem> problems,
    String withheld,
    boolean connected) {
  /** Nothing decides yet. */
  public static final ControlStatus NONE =
      new ControlStatus("", ConfigOrigin.NONE, List.of(), "", false);

  /** Copies the collection. */
  public ControlStatus {
    problems = List.copyOf(problems);
  }
}
