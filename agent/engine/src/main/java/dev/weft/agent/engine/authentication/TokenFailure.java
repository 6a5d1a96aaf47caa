/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authentication;

/** Why a token does not do. Texts and statuses are Envoy's. */
public enum TokenFailure {
  /** There is none. */
  MISSING("Jwt is missing"),
  /** It is no token. */
  BAD_FORMAT("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"),
  /** Its header or its payload cannot be read. */
  BAD_CONTENT("Jwt header is an invalid JSON"),
  /** Its algorithm is none, or one that the issuer's keys are not for. */
  BAD_ALGORITHM("Jwt header [alg] is not supported"),
  /** It is of another issuer. */
  UNKNOWN_ISSUER("Jwt issuer is not configured"),
  /** It was good once. */
  EXPIRED("Jwt is expired"),
  /** It will be good. */
  NOT_YET_VALID("Jwt not yet valid"),
  /** It is for others. */
  WRONG_AUDIENCE("Audiences in Jwt are not allowed"),
  /** The issuer has no such key. */
  UNKNOWN_KEY("Jwks doesn't have key to match kid or alg from Jwt"),
  /** It was not signed by the issuer's key. */
  BAD_SIGNATURE("Jwt verification fails"),
  /** The issuer's keys have not come. */
  NO_KEYS("Jwks remote fetch is failed");

  private final String text;

  TokenFailure(String text) {
    this.text = text;
  }

  /** Returns the body of the reply. */
  public String text() {
    return text;
  }

  /** Returns the HTTP status of the reply. */
  public int status() {
    return this == WRONG_AUDIENCE ? 403 : 401;
  }

  /** Returns whether nothing was shown that this issuer is to judge. */
  boolean isAbsence() {
    return this == MISSING || this == UNKNOWN_ISSUER;
  }
}
