/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import java.util.List;
import java.util.stream.Collectors;

/** Fields that were to be applied have another value, and another manager who set it. */
public final class ConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Conflict> conflicts;

  ConflictException(List<Conflict> conflicts) {
    super("other managers own fields");
    this.conflicts = List.copyOf(conflicts);
  }

  /** Returns the conflicts; at least one. */
  public List<Conflict> conflicts() {
    return conflicts;
  }

  /** Returns all conflicts in one sentence. */
  public String describe() {
    return "Apply failed with "
        + conflicts.size()
        + (conflicts.size() == 1 ? " conflict: " : " conflicts: ")
        + conflicts.stream()
            .map(conflict -> conflict.message() + ": " + conflict.field())
            .collect(Collectors.joining("; "));
  }

  /**
   * One field.
   *
   * @param field its path, beginning with a dot
   * @param message who owns it
   */
  public record Conflict(String field, String message) {}
}
