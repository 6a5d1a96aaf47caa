/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

/** Why somebody gets no certificate. Its message may be shown to the one who asked. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  Refusal(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Returns what sort of refusal this is. */
  public Reason reason() {
    return reason;
  }

  /** The sorts of refusals; their names in lower case are what metrics are labelled with. */
  public enum Reason {
    /** Neither a token nor a client certificate came. */
    NO_CREDENTIALS,
    /** The join token is not one of this server's, or its secret is wrong. */
    TOKEN_UNKNOWN,
    /** The join token's time is over. */
    TOKEN_EXPIRED,
    /** The join token was revoked. */
    TOKEN_REVOKED,
    /** The join token was good for one use, which is made. */
    TOKEN_USED,
    /** The JWT is not well formed, or not signed by a key of its issuer. */
    JWT_INVALID,
    /** The JWT's time is over. */
    JWT_EXPIRED,
    /** The JWT is for somebody else. */
    JWT_AUDIENCE,
    /** The JWT is from an issuer that this server was not told of. */
    JWT_ISSUER,
    /** The JWT names no namespace or service account. */
    JWT_NO_WORKLOAD,
    /** The client certificate is not in time or not from a trusted CA. */
    CERTIFICATE_INVALID,
    /** The request for a certificate cannot be read, or its signature is wrong. */
    REQUEST_INVALID,
    /** The key is too weak or of a sort that is not taken. */
    KEY_UNSUITED,
    /** The request is for another identity than the caller has. */
    OTHER_IDENTITY,
    /** Too many requests came. */
    TOO_MANY
  }
}
