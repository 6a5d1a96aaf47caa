/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.weft.agent.seam.Hooks;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AgentMetricsTest {
  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  @Test
  void aHookThatCouldNotBeWovenIsThere() {
    Hooks.failed("tomcat-8.5", "no such method");

    AgentMetrics.observe(OTEL.getOpenTelemetry(), () -> 3);

    assertThat(OTEL.getMetrics())
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("weft.hooks")
                    .hasLongGaugeSatisfying(
                        gauge ->
                            gauge.hasPointsSatisfying(
                                point ->
                                    point
                                        .hasValue(1)
                                        .hasAttribute(
                                            AttributeKey.stringKey("weft.hook"), "tomcat-8.5")
                                        .hasAttribute(
                                            AttributeKey.stringKey("weft.hook.state"), "failed"))))
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("weft.faults")
                    .hasLongSumSatisfying(
                        sum -> sum.hasPointsSatisfying(point -> point.hasValue(3))));
  }
}
