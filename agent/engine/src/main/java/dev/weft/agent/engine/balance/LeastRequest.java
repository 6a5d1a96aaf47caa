/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Power of two choices: of two endpoints drawn by weight the one with fewer attempts under way, for
 * its weight.
 */
final class LeastRequest implements Picker {
  private final Endpoint[] endpoints;
  private final WeightedChoice choice;

  LeastRequest(Endpoint[] endpoints) {
    this.endpoints = endpoints;
    choice = new WeightedChoice(endpoints);
  }

  @Override
  public @Nullable Endpoint pick(RandomGenerator random, long hash, int attempt) {
    int count = endpoints.length;
    if (count < 2) {
      return count == 0 ? null : endpoints[0];
    }
    if (choice.isWeighted()) {
      return lessLoaded(choice.choose(random), choice.choose(random));
    }
    int first = random.nextInt(count);
    int second = (first + 1 + random.nextInt(count - 1)) % count;
    return lessLoaded(endpoints[first], endpoints[second]);
  }

  private static Endpoint lessLoaded(Endpoint a, Endpoint b) {
    long loadOfA = (long) a.state().active() * b.weight();
    long loadOfB = (long) b.state().active() * a.weight();
    return loadOfB < loadOfA ? b : a;
  }
}
