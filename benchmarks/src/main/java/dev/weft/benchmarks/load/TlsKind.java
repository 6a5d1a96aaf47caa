/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

/** Who secures what a pair says. */
enum TlsKind {
  /** Nobody. */
  PLAINTEXT("plaintext, no agent"),
  /** The application: TLS without a certificate of the caller's. */
  OWN_TLS("TLS of the application's own, no agent"),
  /** Nobody: Weft routes. */
  WEFT_PLAINTEXT("Weft, plaintext"),
  /** Weft. */
  WEFT_MUTUAL("Weft, mutual TLS"),
  /** A proxy beside each of the two. */
  SIDECARS("HAProxy beside each, mutual TLS between them");

  private final String title;

  TlsKind(String title) {
    this.title = title;
  }

  /** Returns its name in a table. */
  String title() {
    return title;
  }
}
