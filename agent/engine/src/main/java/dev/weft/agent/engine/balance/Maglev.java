/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.Arrays;

/** Envoy's Maglev table: every endpoint fills entries of a table of prime size in its own order. */
final class Maglev implements HashTable {
  private static final int DEFAULT_SIZE = 65_537;

  private final int size;
  private final int[] table;

  /**
   * Builds the table.
   *
   * @param weights by endpoint, each above 0, with the sum 1
   * @param wantedSize a prime; 0 for Envoy's default
   */
  Maglev(Endpoint[] endpoints, double[] weights, int wantedSize) {
    size = wantedSize == 0 ? DEFAULT_SIZE : wantedSize;
    table = new int[size];
    int count = endpoints.length;
    long[] next = new long[count];
    long[] skip = new long[count];
    double[] target = new double[count];
    double max = 0;
    for (int i = 0; i < count; i++) {
      String key = HashTable.key(endpoints[i]);
      next[i] = Long.remainderUnsigned(XxHash64.hash(key, 0), size);
      skip[i] = Long.remainderUnsigned(XxHash64.hash(key, 1), size - 1) + 1;
      max = Math.max(max, weights[i]);
    }
    Arrays.fill(table, -1);
    int filled = 0;
    for (int round = 1; filled < size; round++) {
      for (int i = 0; i < count && filled < size; i++) {
        if (round * weights[i] < target[i]) {
          continue;
        }
        target[i] += max;
        while (table[(int) next[i]] >= 0) {
          next[i] = (next[i] + skip[i]) % size;
        }
        table[(int) next[i]] = i;
        filled++;
      }
    }
  }

  @Override
  public int steps() {
    return size;
  }

  @Override
  public int index(long hash, int step) {
    return table[(int) ((Long.remainderUnsigned(hash, size) + step) % size)];
  }
}
