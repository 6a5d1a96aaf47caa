/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Numbers about the server, in Prometheus' text format. Thread-safe once it is filled. */
final class Metrics {
  private final List<Metric> metrics = new ArrayList<>();

  /** Adds a number. */
  Metrics gauge(String name, String help, Supplier<Number> value) {
    return gauges(name, help, () -> Map.of("", value.get()));
  }

  /**
   * Adds numbers that differ in a label.
   *
   * @param values numbers by what stands between the braces, for example {@code kind="a"}
   */
  Metrics gauges(String name, String help, Supplier<Map<String, Number>> values) {
    metrics.add(new Metric(name, help, values));
    return this;
  }

  /** Returns all of them as they are now. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Metric metric : metrics) {
      text.append("# HELP ").append(metric.name()).append(' ').append(metric.help()).append('\n');
      text.append("# TYPE ").append(metric.name()).append(" gauge\n");
      new TreeMap<>(metric.values().get())
          .forEach(
              (labels, value) -> {
                text.append(metric.name());
                if (!labels.isEmpty()) {
                  text.append('{').append(labels).append('}');
                }
                text.append(' ').append(value).append('\n');
              });
    }
    return text.toString();
  }

  private record Metric(String name, String help, Supplier<Map<String, Number>> values) {}
}
