/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many certificates were issued and refused since the start. Thread-safe. */
public final class IssuanceCounts {
  private final LongAdder issued = new LongAdder();
  private final Map<Refusal.Reason, LongAdder> refused = new EnumMap<>(Refusal.Reason.class);

  /** Creates counts of zero. */
  public IssuanceCounts() {
    for (Refusal.Reason reason : Refusal.Reason.values()) {
      refused.put(reason, new LongAdder());
    }
  }

  void issued() {
    issued.increment();
  }

  void refused(Refusal.Reason reason) {
    LongAdder count = refused.get(reason);
    if (count != null) {
      count.increment();
    }
  }

  /** Returns how many were issued. */
  public long issuedSoFar() {
    return issued.sum();
  }

  /** Returns how many were refused, for each reason there is. */
  public Map<Refusal.Reason, Long> refusedSoFar() {
    Map<Refusal.Reason, Long> counts = new EnumMap<>(Refusal.Reason.class);
    refused.forEach((reason, count) -> counts.put(reason, count.sum()));
    return counts;
  }
}
