/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

/**
 * The numbers that a count may take.
 *
 * @param low the least, included
 * @param high the most, included
 */
record Bound(int low, int high) {
  /**
   * How many standard deviations a random share may be off. A right mesh fails such a bound once in
   * some 150,000 times; one that splits 80/20 instead of 90/10 practically always.
   */
  private static final double DEVIATIONS = 4.5;

  /** Bounds the number of hits among independent calls that each hit with the same probability. */
  static Bound share(int calls, double probability) {
    double mean = calls * probability;
    double off = DEVIATIONS * Math.sqrt(mean * (1 - probability));
    return new Bound(
        (int) Math.max(0, Math.ceil(mean - off)), (int) Math.min(calls, Math.floor(mean + off)));
  }

  /** Takes one number only. */
  static Bound exactly(int count) {
    return new Bound(count, count);
  }

  /** Takes a number and all below it. */
  static Bound atMost(int count) {
    return new Bound(0, count);
  }

  /** Returns whether the count is one of the numbers. */
  boolean holds(int count) {
    return low <= count && count <= high;
  }

  @Override
  public String toString() {
    if (low == high) {
      return Integer.toString(low);
    }
    return low == 0 ? "at most " + high : low + " to " + high;
  }
}
