/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a join token: all but the secret.
 *
 * @param id names it, in the token's text too
 * @param hash the SHA-256 of the secret, in base64url
 * @param namespace the namespace of whoever joins by it
 * @param serviceAccount the service account of whoever joins by it
 * @param reusable whether it is good for more than one use
 * @param created when it was made
 * @param expires until when it is good
 * @param revoked since when it is good no more; null if it was not revoked
 * @param used when it was used last; null if it was not
 * @param usedBy the SHA-256 of the key that it was used for last, in base64url; empty if it was not
 */
public record JoinToken(
    String id,
    String hash,
    String namespace,
    String serviceAccount,
    boolean reusable,
    Instant created,
    Instant expires,
    @Nullable Instant revoked,
    @Nullable Instant used,
    String usedBy) {

  JoinToken revokedAt(Instant time) {
    return new JoinToken(
        id, hash, namespace, serviceAccount, reusable, created, expires, time, used, usedBy);
  }

  JoinToken usedAt(Instant time, String key) {
    return new JoinToken(
        id, hash, namespace, serviceAccount, reusable, created, expires, revoked, time, key);
  }

  /** Returns {@code good}, {@code used}, {@code expired} or {@code revoked}. */
  public String state(Instant now) {
    if (revoked != null) {
      return "revoked";
    }
    if (!now.isBefore(expires)) {
      return "expired";
    }
    return used != null && !reusable ? "used" : "good";
  }
}
