/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * One promise, and whether it was kept.
 *
 * @param held whether it was
 * @param text what was promised and what came
 */
record Check(boolean held, String text) {
  /**
   * Checks a count at every caller.
   *
   * @param what names the count
   * @param of counts
   */
  static Check each(
      String what, Map<Caller, Tally> measured, ToIntFunction<Tally> of, Bound bound) {
    List<String> outside = new ArrayList<>();
    measured.forEach(
        (caller, tally) -> {
          if (!bound.holds(of.applyAsInt(tally))) {
            outside.add(caller.name() + " (" + caller.library() + ") " + of.applyAsInt(tally));
          }
        });
    String counts =
        measured.values().stream()
            .map(tally -> Integer.toString(of.applyAsInt(tally)))
            .collect(Collectors.joining(", "));
    String expected = " (expected: " + bound + " at each caller)";
    return outside.isEmpty()
        ? new Check(true, what + ": " + counts + expected)
        : new Check(false, what + ": " + String.join(", ", outside) + expected);
  }
}
