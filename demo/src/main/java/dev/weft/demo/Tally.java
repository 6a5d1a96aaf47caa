/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.util.Map;
import java.util.TreeMap;

/**
 * What came back from a number of calls.
 *
 * @param versions successful answers by the version that gave them
 * @param failures other answers by HTTP status; 0 stands for no answer at all
 */
record Tally(Map<String, Integer> versions, Map<Integer, Integer> failures) {
  /** Nothing. */
  static final Tally NONE = new Tally(Map.of(), Map.of());

  /** Copies the collections. */
  Tally {
    versions = Map.copyOf(versions);
    failures = Map.copyOf(failures);
  }

  /** Returns one answer's tally. */
  static Tally of(Answer answer) {
    return answer.failed()
        ? new Tally(Map.of(), Map.of(answer.status(), 1))
        : new Tally(Map.of(answer.version(), 1), Map.of());
  }

  /** Returns the sum. */
  Tally plus(Tally other) {
    return new Tally(sum(versions, other.versions), sum(failures, other.failures));
  }

  /** Returns how many calls were made. */
  int calls() {
    return total(versions) + failed();
  }

  /** Returns how many a version answered. */
  int of(String version) {
    return versions.getOrDefault(version, 0);
  }

  /** Returns how many failed. */
  int failed() {
    return total(failures);
  }

  private static int total(Map<?, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static <K extends Comparable<K>> Map<K, Integer> sum(
      Map<K, Integer> one, Map<K, Integer> other) {
    Map<K, Integer> result = new TreeMap<>(one);
    other.forEach((key, count) -> result.merge(key, count, Integer::sum));
    return result;
  }
}
