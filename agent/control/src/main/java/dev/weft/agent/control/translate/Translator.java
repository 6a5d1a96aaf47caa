/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.MeshConfig;
import java.util.Collection;
import java.util.List;

/** Translates a whole set of resources at once: a pure function, for explaining and simulating. */
public final class Translator {
  private Translator() {}

  /** Returns what the resources say, and what is wrong with them. Names in DNS stay unresolved. */
  public static Translated translate(Collection<XdsResource> resources) {
    return translate(resources, ResolvedNames.NONE);
  }

  /** Returns what the resources say with these addresses in DNS, and what is wrong with them. */
  public static Translated translate(Collection<XdsResource> resources, ResolvedNames names) {
    XdsTable table = new XdsTable();
    for (XdsResource resource : resources) {
      table.put(resource);
    }
    return new Translated(table.config(names), table.problems());
  }

  /**
   * A translation.
   *
   * @param config what the good resources say
   * @param problems what is not as pushed
   */
  public record Translated(MeshConfig config, List<ResourceProblem> problems) {
    /** Copies the collection. */
    public Translated {
      problems = List.copyOf(problems);
    }
  }
}
