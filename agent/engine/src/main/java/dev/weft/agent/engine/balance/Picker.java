/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One balancing algorithm over the endpoints of a priority or locality. Thread-safe. */
interface Picker {
  /**
   * Returns an endpoint; null if there is none that may take load.
   *
   * @param hash what consistent hashing hashes by
   * @param attempt 0 at first, counted up when the last result will not do
   */
  @Nullable Endpoint pick(RandomGenerator random, long hash, int attempt);
}
