/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.instrumentation.HookWatch;
import dev.weft.agent.seam.Hooks;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;

/**
 * Weaves what had been loaded before the agent was installed: upstream's own retransformation of
 * such classes leaves isolated modules out without a word. The JDK's HTTP server is such a class
 * when the agent itself serves metrics with it.
 */
final class LateWeaving {
  private LateWeaving() {}

  static void weave(Instrumentation instrumentation) {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      String hook = HookWatch.missing(loaded.getName());
      if (hook != null) {
        try {
          instrumentation.retransformClasses(loaded);
        } catch (UnmodifiableClassException | RuntimeException | LinkageError e) {
          Hooks.failed(hook, loaded.getName() + " was loaded before the agent: " + e);
        }
      }
    }
  }
}
