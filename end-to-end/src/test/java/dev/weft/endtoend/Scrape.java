/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import dev.weft.lab.Http;
import java.util.Arrays;

/**
 * What Prometheus would read from a process.
 *
 * @param text all its metrics
 */
record Scrape(String text) {
  /** Reads the metrics that an agent serves. */
  static Scrape of(int metricsPort) {
    return new Scrape(Http.get("http://127.0.0.1:" + metricsPort + "/metrics").body());
  }

  /**
   * Returns the sum over the series of a metric that have all of the labels.
   *
   * @param labels as in the text: {@code reporter="source"}
   */
  long sum(String metric, String... labels) {
    return text.lines()
        .filter(line -> line.startsWith(metric + "{"))
        .filter(line -> Arrays.stream(labels).allMatch(line::contains))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
