/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.endpoint;

import dev.weft.agent.engine.outlier.Ejection;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of one endpoint of one cluster. Thread-safe; outlives a push. */
public final class EndpointState {
  private final AtomicInteger active = new AtomicInteger();
  private final Ejection ejection = new Ejection();

  /** Returns the number of attempts under way. */
  public int active() {
    return active.get();
  }

  /** Counts an attempt in. */
  public void begin() {
    active.incrementAndGet();
  }

  /** Counts an attempt out. */
  public void end() {
    active.decrementAndGet();
  }

  /** Returns what outlier detection knows. */
  public Ejection ejection() {
    return ejection;
  }
}
