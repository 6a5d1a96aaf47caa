/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What is wrong with one field of a resource.
 *
 * @param sort what sort of problem it is
 * @param field the path of the field: {@code spec.http[0].route[0].weight}
 * @param value what stands there, shortened; empty if nothing does
 * @param expected what should stand there
 */
public record Problem(Sort sort, String field, String value, String expected) {
  private static final int MAX_SHOWN_LENGTH = 80;

  /** Returns a problem that shows a value as it stands there. */
  static Problem of(Sort sort, String field, JsonNode value, String expected) {
    String shown = value.toString();
    return new Problem(
        sort,
        field,
        shown.length() > MAX_SHOWN_LENGTH ? shown.substring(0, MAX_SHOWN_LENGTH) + "..." : shown,
        expected);
  }

  /** Sorts of problems. */
  public enum Sort {
    /** The kind has no such field. Only this sort may be overlooked if the author says so. */
    UNKNOWN_FIELD,
    /** A field is missing that has to be there. */
    MISSING,
    /** The value is of another type. */
    WRONG_TYPE,
    /** The value is not among those that are allowed. */
    UNSUPPORTED_VALUE,
    /** The value is out of range, of another form, or not allowed beside another field. */
    INVALID_VALUE
  }

  /** Returns the problem without the field's name: {@code -1 (expected: >= 0)}. */
  public String detail() {
    String found =
        switch (sort) {
          case UNKNOWN_FIELD -> "unknown field";
          case MISSING -> "missing";
          case WRONG_TYPE, UNSUPPORTED_VALUE, INVALID_VALUE -> value;
        };
    return found + " (expected: " + expected + ")";
  }

  /** Returns the problem as authors see it: {@code spec.http[0].weight: -1 (expected: >= 0)}. */
  @Override
  public String toString() {
    return field + ": " + detail();
  }
}
