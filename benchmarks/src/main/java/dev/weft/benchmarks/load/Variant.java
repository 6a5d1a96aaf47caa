/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.App;
import dev.weft.lab.Artifacts;
import dev.weft.lab.PolicyServer;

/** What a process runs with. */
enum Variant {
  /** No agent. */
  NONE("no agent"),
  /** Weft alone. */
  WEFT_NONE("Weft, telemetry none"),
  /** Weft with the mesh's spans and metrics. */
  WEFT_MESH("Weft, telemetry mesh"),
  /** Weft's jar with Weft off: upstream's agent with the same instrumentations. */
  OTEL_MESH("OpenTelemetry agent, as in mode mesh"),
  /** Weft with all that upstream traces. */
  WEFT_FULL("Weft, telemetry full"),
  /** Upstream's own jar with its defaults, exporting nothing. */
  OTEL_FULL("OpenTelemetry agent, all on");

  private final String title;

  Variant(String title) {
    this.title = title;
  }

  /** Returns its name in a table. */
  String title() {
    return title;
  }

  /** Returns whether its calls are routed by a policy. */
  boolean isMesh() {
    return this == WEFT_NONE || this == WEFT_MESH || this == WEFT_FULL;
  }

  /** Gives a process what it runs with. */
  App.Builder on(App.Builder app, String service, PolicyServer server) {
    return switch (this) {
      case NONE -> app;
      case WEFT_NONE, WEFT_MESH, WEFT_FULL ->
          app.agent(service, 8080).server(server).option("weft.telemetry", mode());
      case OTEL_MESH ->
          app.agent(service).option("weft.enabled", "false").option("weft.telemetry", mode());
      case OTEL_FULL ->
          app.jvm("-javaagent:" + Artifacts.upstreamAgent())
              .option("otel.traces.exporter", "none")
              .option("otel.metrics.exporter", "none")
              .option("otel.logs.exporter", "none")
              .option("otel.service.name", service);
    };
  }

  private String mode() {
    String name = name();
    return name.substring(name.indexOf('_') + 1).toLowerCase(java.util.Locale.ROOT);
  }
}
