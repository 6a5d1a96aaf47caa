/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.identity.IdentitySource;
import dev.weft.agent.identity.WorkloadIdentity;
import org.jspecify.annotations.Nullable;

/**
 * An identity whose keeper starts later than what asks for it: the application does not wait for
 * the classes that a certificate is got by. Thread-safe.
 */
final class LateIdentity implements IdentitySource {
  private volatile @Nullable IdentitySource source;

  /** There is a keeper from now on. */
  void bind(IdentitySource newSource) {
    source = newSource;
  }

  @Override
  public @Nullable WorkloadIdentity current() {
    IdentitySource bound = source;
    return bound == null ? null : bound.current();
  }
}
