/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import org.jspecify.annotations.Nullable;

/** The keys of an issuer. Thread-safe; does not block. */
interface KeySource {
  /** Returns the keys; null while they have not come. The same object while they are the same. */
  @Nullable JWKSet keys();

  /** Tells that a token names a key that is not among them: they may have been changed. */
  void missing();
}
