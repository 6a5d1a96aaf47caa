/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

/**
 * That a policy decided something about a request, or would have. Immutable.
 *
 * @param effect what it did
 * @param policy its name, such as {@code ns[shop]-policy[orders]-rule[0]}; {@code none} if the
 *     request was refused because no policy allows it
 * @param reason what is wrong with the token that was refused; empty for anything else
 */
public record PolicyMatch(Effect effect, String policy, String reason) {
  /** Makes what needs no reason. */
  public PolicyMatch(Effect effect, String policy) {
    this(effect, policy, "");
  }

  /** What a policy did. */
  public enum Effect {
    /** The request was refused. */
    DENIED("denied"),
    /** In a dry run: it would have been refused. */
    WOULD_DENY("would_deny"),
    /** The request was let in, and is to be noted. */
    AUDITED("audited"),
    /** The request's token was refused. */
    UNAUTHENTICATED("unauthenticated");

    private final String text;

    Effect(String text) {
      this.text = text;
    }

    /** Returns the word for metrics and spans. */
    public String text() {
      return text;
    }
  }
}
