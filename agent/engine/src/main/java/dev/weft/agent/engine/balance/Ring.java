/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.Arrays;

/** Envoy's ring hash: each endpoint has points on a ring in proportion to its weight. */
final class Ring implements HashTable {
  private static final int DEFAULT_MIN_SIZE = 1024;

  /** Sorted as unsigned: the sign bit is flipped, so that a plain sort and search will do. */
  private final long[] points;

  private final int[] indexes;

  /**
   * Builds the ring.
   *
   * @param weights by endpoint, each above 0, with the sum 1
   * @param wantedSize the least number of points; 0 for Envoy's default
   */
  Ring(Endpoint[] endpoints, double[] weights, int wantedSize) {
    int minSize = wantedSize == 0 ? DEFAULT_MIN_SIZE : wantedSize;
    double min = 1;
    for (double weight : weights) {
      min = Math.min(min, weight);
    }
    double scale = Math.min(Math.ceil(min * minSize) / min, ClusterConfig.MAX_RING_SIZE);
    int size = (int) Math.ceil(scale);
    long[] hashes = new long[size];
    int[] owners = new int[size];
    int count = 0;
    double current = 0;
    double target = 0;
    for (int i = 0; i < endpoints.length; i++) {
      String prefix = HashTable.key(endpoints[i]) + "_";
      target += scale * weights[i];
      for (int copy = 0; current < target && count < size; copy++, current++) {
        hashes[count] = XxHash64.hash(prefix + copy, 0) ^ Long.MIN_VALUE;
        owners[count++] = i;
      }
    }
    points = Arrays.copyOf(hashes, count);
    Arrays.sort(points);
    indexes = new int[count];
    for (int i = 0; i < count; i++) { // two points at one place are as good as one
      indexes[Arrays.binarySearch(points, hashes[i])] = owners[i];
    }
  }

  @Override
  public int steps() {
    return points.length;
  }

  @Override
  public int index(long hash, int step) {
    int found = Arrays.binarySearch(points, hash ^ Long.MIN_VALUE);
    int at = found < 0 ? -found - 1 : found;
    return indexes[(int) (((long) at + step) % indexes.length)];
  }
}
