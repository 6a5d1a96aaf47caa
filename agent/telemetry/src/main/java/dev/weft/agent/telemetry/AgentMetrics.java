/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import dev.weft.agent.seam.Hooks;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.function.LongSupplier;

/**
 * How the agent itself is: what became of its hooks, and how often it failed. In Prometheus {@code
 * weft_hooks} and {@code weft_faults_total}; an alert on {@code
 * weft_hooks{weft_hook_state="failed"}} finds what could not be woven.
 */
public final class AgentMetrics {
  private static final AttributeKey<String> HOOK = AttributeKey.stringKey("weft.hook");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("weft.hook.state");

  private AgentMetrics() {}

  /**
   * Has them read whenever metrics are collected.
   *
   * @param faults gives the number of the agent's own faults so far
   */
  public static void observe(OpenTelemetry openTelemetry, LongSupplier faults) {
    Meter meter = openTelemetry.getMeter("dev.weft");
    meter
        .gaugeBuilder("weft.hooks")
        .ofLongs()
        .setDescription("1 for each hook, with what became of it")
        .buildWithCallback(AgentMetrics::hooks);
    meter
        .counterBuilder("weft.faults")
        .setDescription("The agent's own faults, which were caught")
        .buildWithCallback(measurement -> measurement.record(faults.getAsLong()));
  }

  private static void hooks(ObservableLongMeasurement measurement) {
    Hooks.statuses()
        .forEach(
            (hook, status) ->
                measurement.record(1, Attributes.of(HOOK, hook, STATE, status.state().text())));
  }
}
