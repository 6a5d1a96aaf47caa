/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.random.RandomGenerator;

/** Chooses by chance in proportion to the weights. Immutable. */
final class WeightedChoice {
  private final Endpoint[] endpoints;
  private final long[] sums;
  private final boolean weighted;

  WeightedChoice(Endpoint[] endpoints) {
    this.endpoints = endpoints;
    sums = new long[endpoints.length];
    boolean differ = false;
    long sum = 0;
    for (int i = 0; i < endpoints.length; i++) {
      differ |= endpoints[i].weight() != endpoints[0].weight();
      sum += endpoints[i].weight();
      sums[i] = sum;
    }
    weighted = differ;
  }

  /** Returns whether the weights are not all the same. */
  boolean isWeighted() {
    return weighted;
  }

  /** Chooses one of at least one endpoint. */
  Endpoint choose(RandomGenerator random) {
    if (!weighted) {
      return endpoints[random.nextInt(endpoints.length)];
    }
    return endpoints[indexOf(sums, random.nextLong(sums[sums.length - 1]))];
  }

  /** Returns the index of the first sum above the value, which is below the last sum. */
  static int indexOf(long[] sums, long value) {
    int low = 0;
    int high = sums.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sums[middle] > value) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
