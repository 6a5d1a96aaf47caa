/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.outlier;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** What the ejections of one cluster have in common. Thread-safe; outlives a push. */
public final class EjectionState {
  private final AtomicInteger epoch = new AtomicInteger();
  private final AtomicBoolean ejecting = new AtomicBoolean();

  /** Returns a number that changes with each ejection. */
  public int epoch() {
    return epoch.get();
  }

  /** Returns whether the caller may eject now; if so it calls {@link #leave} after. */
  boolean enter() {
    return ejecting.compareAndSet(false, true);
  }

  void leave(boolean ejected) {
    if (ejected) {
      epoch.incrementAndGet();
    }
    ejecting.set(false);
  }
}
