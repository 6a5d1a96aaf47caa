/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Numbers of the same kind. Not thread-safe. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  /** Returns the middle one, the upper of two. */
  double median() {
    return quantile(0.5);
  }

  /**
   * Returns the smallest value that at least this share of all is not above.
   *
   * @param share above 0, at most 1
   * @throws IllegalStateException if there are no values
   */
  double quantile(double share) {
    if (values.isEmpty()) {
      throw new IllegalStateException("no samples");
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int index = (int) Math.ceil(share * sorted.size()) - 1;
    return sorted.get(Math.max(0, share == 0.5 ? sorted.size() / 2 : index));
  }
}
