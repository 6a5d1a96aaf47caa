/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Weighted round robin by static stride: the counter's quotient by the number of endpoints is a
 * round, its remainder an endpoint, and an endpoint takes part in as many of maxWeight rounds as its
 * weight says, evenly spread. One shared counter, no lock, no queue. Each endpoint's part is shifted
 * so that light endpoints do not all come in the same round.
 */
/** In turn, by weight. */
final class RoundRobin implements Picker {
  private final Endpoint[] endpoints;
  private final AtomicInteger counter;
  private final int maxWeight;
  private final boolean weighted;

  /** Uses a counter that outlives a push, so that many pushes do not favour the first endpoints. */
  RoundRobin(Endpoint[] endpoints, AtomicInteger counter) {
    this.endpoints = endpoints;
    this.counter = counter;
    int max = 0;
    int min = Integer.MAX_VALUE;
    for (Endpoint endpoint : endpoints) {
      max = Math.max(max, endpoint.weight());
      min = Math.min(min, endpoint.weight());
    }
    maxWeight = max;
    weighted = min != max;
  }

  @Override
  public @Nullable Endpoint pick(RandomGenerator random, long hash, int attempt) {
    int count = endpoints.length;
    if (count == 0) {
      return null;
    }
    while (true) {
      long turn = Integer.toUnsignedLong(counter.getAndIncrement());
      int index = (int) (turn % count);
      Endpoint endpoint = endpoints[index];
      if (!weighted || takesPart(endpoint.weight(), turn / count, index)) {
        return endpoint;
      }
    }
  }

  private boolean takesPart(int weight, long round, int index) {
    long shift = (long) (maxWeight / 2) * index;
    return (weight * round + shift) % maxWeight >= maxWeight - weight;
  }
}
