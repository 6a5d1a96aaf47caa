/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.Arrays;

/** Envoy's Maglev table: every endpoint fills entries of a table of prime size in its own order. */
final class Maglev implements HashTable {
  private static final int SIZE = 65_537;

  private final int[] table = new int[SIZE];

  /**
   * Builds the table.
   *
   * @param weights by endpoint, each above 0, with the sum 1
   */
  Maglev(Endpoint[] endpoints, double[] weights) {
    int count = endpoints.length;
    long[] next = new long[count];
    long[] skip = new long[count];
    double[] target = new double[count];
    double max = 0;
    for (int i = 0; i < count; i++) {
      String key = HashTable.key(endpoints[i]);
      next[i] = Long.remainderUnsigned(XxHash64.hash(key, 0), SIZE);
      skip[i] = Long.remainderUnsigned(XxHash64.hash(key, 1), SIZE - 1) + 1;
      max = Math.max(max, weights[i]);
    }
    Arrays.fill(table, -1);
    int filled = 0;
    for (int round = 1; filled < SIZE; round++) {
      for (int i = 0; i < count && filled < SIZE; i++) {
        if (round * weights[i] < target[i]) {
          continue;
        }
        target[i] += max;
        while (table[(int) next[i]] >= 0) {
          next[i] = (next[i] + skip[i]) % SIZE;
        }
        table[(int) next[i]] = i;
        filled++;
      }
    }
  }

  @Override
  public int steps() {
    return SIZE;
  }

  @Override
  public int index(long hash, int step) {
    return table[(int) ((Long.remainderUnsigned(hash, SIZE) + step) % SIZE)];
  }
}
