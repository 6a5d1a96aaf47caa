/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Consistent hashing: the table's endpoint, or the next one that may take load. */
final class HashPicker implements Picker {
  private final Endpoint[] endpoints;
  private final boolean[] mayTakeLoad;
  private final boolean any;
  private final HashTable table;

  HashPicker(Endpoint[] endpoints, boolean[] mayTakeLoad, HashTable table) {
    this.endpoints = endpoints;
    this.mayTakeLoad = mayTakeLoad;
    this.table = table;
    boolean found = false;
    for (boolean may : mayTakeLoad) {
      found |= may;
    }
    any = found;
  }

  /** Walks at most once round the table; {@code attempt} counts endpoints that may take load. */
  @Override
  public @Nullable Endpoint pick(RandomGenerator random, long hash, int attempt) {
    int seen = 0;
    int previous = -1;
    for (int step = 0; any && step < table.steps(); step++) {
      int index = table.index(hash, step);
      if (index != previous && mayTakeLoad[index] && seen++ == attempt) {
        return endpoints[index];
      }
      previous = index;
    }
    return null;
  }
}
