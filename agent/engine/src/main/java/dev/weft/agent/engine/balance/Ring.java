/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.Arrays;

/** Envoy's ring hash: each endpoint has points on a ring in proportion to its weight. */
final class Ring implements HashTable {
  private static final int MIN_SIZE = 1024;
  private static final int MAX_SIZE = 8 << 20;

  /** Sorted as unsigned: the sign bit is flipped, so that a plain sort and search will do. */
  private final long[] points;

  private final int[] indexes;

  /**
   * Builds the ring.
   *
   * @param weights by endpoint, each above 0, with the sum 1
   */
  Ring(Endpoint[] endpoints, double[] weights) {
    double min = 1;
    for (double weight : weights) {
      min = Math.min(min, weight);
    }
    double scale = Math.min(Math.ceil(min * MIN_SIZE) / min, MAX_SIZE);
    Point[] all = new Point[(int) Math.ceil(scale)];
    int count = 0;
    double current = 0;
    double target = 0;
    for (int i = 0; i < endpoints.length; i++) {
      String prefix = HashTable.key(endpoints[i]) + "_";
      target += scale * weights[i];
      for (int copy = 0; current < target && count < all.length; copy++, current++) {
        all[count++] = new Point(XxHash64.hash(prefix + copy, 0) ^ Long.MIN_VALUE, i);
      }
    }
    Arrays.sort(all, 0, count);
    points = new long[count];
    indexes = new int[count];
    for (int i = 0; i < count; i++) {
      points[i] = all[i].hash;
      indexes[i] = all[i].index;
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

  private record Point(long hash, int index) implements Comparable<Point> {
    @Override
    public int compareTo(Point other) {
      return Long.compare(hash, other.hash);
    }
  }
}
