/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authentication;

import dev.weft.agent.engine.config.JwtFilter;
import java.util.List;
import java.util.Map;

/** Verifies tokens of one issuer. Thread-safe; does not block and never waits for keys. */
@FunctionalInterface
public interface TokenVerifier {
  /**
   * Verifies a token: its form, signature, issuer and times.
   *
   * @return what it says, or why it does not do
   */
  Verdict verify(String token);

  /** Makes verifiers when a configuration comes. */
  @FunctionalInterface
  interface Factory {
    /** Takes no token. */
    Factory NONE = provider -> token -> new Verdict.Bad(TokenFailure.NO_KEYS);

    /** Returns the verifier for an issuer's tokens. May start getting keys; does not wait. */
    TokenVerifier of(JwtFilter.Provider provider);
  }

  /** What became of a token. */
  sealed interface Verdict {
    /**
     * It is good.
     *
     * @param claims by name: texts, numbers, truths, lists and maps
     * @param audiences those of {@code aud}
     * @param headers what the application is to get to know, names in lower case
     */
    record Good(
        Map<String, Object> claims, List<String> audiences, List<Map.Entry<String, String>> headers)
        implements Verdict {
      /** Copies the lists. */
      public Good {
        audiences = List.copyOf(audiences);
        headers = List.copyOf(headers);
      }
    }

    /** It is not. */
    record Bad(TokenFailure reason) implements Verdict {}
  }
}
