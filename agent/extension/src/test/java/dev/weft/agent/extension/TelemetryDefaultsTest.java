/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TelemetryDefaultsTest {
  @Test
  void nothingIsExportedByDefault() {
    assertThat(defaults(Map.of()))
        .containsEntry("otel.traces.exporter", "none")
        .containsEntry("otel.metrics.exporter", "none")
        .containsEntry("otel.logs.exporter", "none");
  }

  @Test
  void meshTracesHttpGrpcAndContextOnly() {
    assertThat(defaults(Map.of()))
        .containsEntry("otel.instrumentation.common.default-enabled", "false")
        .containsEntry("otel.instrumentation.grpc.enabled", "true")
        .containsEntry("otel.instrumentation.executors.enabled", "true")
        .containsEntry("otel.jmx.enabled", "false")
        .doesNotContainKey("otel.instrumentation.jdbc.enabled");
  }

  @Test
  void noneTracesNothing() {
    assertThat(defaults(Map.of("weft.telemetry", "none")))
        .containsEntry("otel.instrumentation.common.default-enabled", "false")
        .doesNotContainKey("otel.instrumentation.grpc.enabled");
  }

  @Test
  void fullLeavesUpstreamsModulesAsTheyAre() {
    assertThat(defaults(Map.of("weft.telemetry", "full")).keySet())
        .noneMatch(name -> name.startsWith("otel.instrumentation."))
        .doesNotContain("otel.jmx.enabled");
  }

  @Test
  void metricsPortServesPrometheus() throws IOException {
    String port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = Integer.toString(socket.getLocalPort());
    }

    assertThat(defaults(Map.of("weft.metrics.port", port)))
        .containsEntry("otel.metrics.exporter", "prometheus")
        .containsEntry("otel.exporter.prometheus.port", port);
  }

  @Test
  void metricsPortThatIsTakenLeavesTheMetricsOut() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      String port = Integer.toString(socket.getLocalPort());

      assertThat(defaults(Map.of("weft.metrics.port", port)))
          .containsEntry("otel.metrics.exporter", "none")
          .doesNotContainKey("otel.exporter.prometheus.port");
    }
  }

  private static Map<String, String> defaults(Map<String, String> properties) {
    return TelemetryDefaults.defaults(Options.read(properties, Map.of()));
  }
}
