/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.seam.Hooks;
import io.opentelemetry.javaagent.bootstrap.InstrumentationHolder;
import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.javaagent.tooling.AgentVersion;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.lang.instrument.Instrumentation;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts Weft when upstream's agent has been installed. */
public final class WeftAgentListener implements AgentListener {
  private static final Logger logger = Logger.getLogger(WeftAgentListener.class.getName());

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    try {
      start(sdk);
    } catch (RuntimeException | LinkageError e) {
      logger.log(Level.SEVERE, "Weft does not run: all calls go out as they would without it", e);
    }
  }

  private static void start(AutoConfiguredOpenTelemetrySdk sdk) {
    Options options = Options.ofProcess();
    options.problems().forEach(logger::warning);
    if (!options.isTrue(Option.ENABLED)) {
      logger.info("Weft is off (weft.enabled=false)");
      return;
    }
    if (!Distribution.isHere() && !fits(AgentVersion.VERSION)) {
      return;
    }
    Hooks.watch(WeftAgentListener::logBroken);
    Instrumentation instrumentation = InstrumentationHolder.getInstrumentation();
    if (instrumentation != null) {
      LateWeaving.weave(instrumentation);
    }
    Mesh.start(options, sdk.getOpenTelemetrySdk());
    logger.log(
        Level.INFO,
        "Weft {0} runs as {1} with {2}; hooks: {3}",
        new Object[] {
          Distribution.version(), Mesh.service(options), options.shown(), Hooks.statuses().keySet()
        });
  }

  private static void logBroken(String hook, Hooks.Status status) {
    logger.log(
        Level.SEVERE,
        "Hook {0} is {1}: {2}. What it does not see goes on as it would without Weft; use a version"
            + " of the library that docs/reference/options.md names, or report this",
        new Object[] {hook, status.state().text(), status.detail()});
  }

  private static boolean fits(String version) {
    switch (UpstreamVersion.fit(version)) {
      case UNSUITABLE -> {
        logger.severe(
            "Weft does not run: the OpenTelemetry Java agent is "
                + version
                + " (expected: 2.30 or newer). Use weft-agent.jar, or a newer agent");
        return false;
      }
      case UNTRIED ->
          logger.warning(
              "The OpenTelemetry Java agent is "
                  + version
                  + ", which Weft was not tried with (expected: 2.30 to 2.33); see the hooks'"
                  + " states for what is woven");
      case SUITABLE -> {}
    }
    return true;
  }
}
