/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import java.text.ParseException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keys that the policy itself holds. Immutable. */
record InlineKeys(JWKSet keys) implements KeySource {
  private static final Logger logger = Logger.getLogger(InlineKeys.class.getName());

  /** Reads a key set. One that cannot be read has no keys, so that every token is refused. */
  static InlineKeys of(String issuer, String json) {
    try {
      return new InlineKeys(JWKSet.parse(json));
    } catch (ParseException e) {
      logger.log(
          Level.SEVERE,
          "The keys of {0} in a RequestAuthentication cannot be read; every token of it is refused."
              + " Correct spec.jwtRules.jwks",
          issuer);
      return new InlineKeys(new JWKSet());
    }
  }

  @Override
  public void missing() {
    // they do not change
  }
}
