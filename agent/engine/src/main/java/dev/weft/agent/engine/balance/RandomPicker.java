/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** By chance, in proportion to the weights. */
final class RandomPicker implements Picker {
  private final Endpoint[] endpoints;
  private final WeightedChoice choice;

  RandomPicker(Endpoint[] endpoints) {
    this.endpoints = endpoints;
    choice = new WeightedChoice(endpoints);
  }

  @Override
  public @Nullable Endpoint pick(RandomGenerator random, long hash, int attempt) {
    return endpoints.length == 0 ? null : choice.choose(random);
  }
}
