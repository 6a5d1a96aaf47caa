/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

/**
 * What is not as pushed about one resource.
 *
 * @param typeUrl its type
 * @param name its name
 * @param state what was done about it
 * @param reason the field, its value and what was expected
 */
public record ResourceProblem(String typeUrl, String name, State state, String reason) {
  /** What was done about a problem. */
  public enum State {
    /** The resource has a bad value; the version before it stays in force. */
    KEPT_LAST_GOOD("kept-last-good"),
    /** The resource has a bad value and there was no good version before it: it is not there. */
    REFUSED("refused"),
    /**
     * Some hosts of a route configuration have a bad value: the version before stays in force for
     * them, or they are refused; the others apply.
     */
    PARTLY_REFUSED("partly-refused"),
    /** The resource applies but for parts that this agent does not know. */
    PARTLY_IGNORED("partly-ignored");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** Returns the word for reports. */
    public String text() {
      return text;
    }
  }

  /** Whether the pushed version is in force; if not, the push is to be rejected. */
  public boolean isApplied() {
    return state == State.PARTLY_IGNORED;
  }
}
