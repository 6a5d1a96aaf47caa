/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

/**
 * A refusal that no response can say, such as a peer whose identity is not the expected one. The
 * adapter fails the call with the library's own connection failure ({@code IOException}, {@code
 * UNAVAILABLE}). Immutable.
 *
 * @param reason what was refused and why, for the exception's message; no headers or tokens
 * @param flag Envoy's response flag, such as {@code UF}
 */
public record Refuse(String reason, String flag) implements Step {
  @Override
  public long delayNanos() {
    return 0;
  }
}
