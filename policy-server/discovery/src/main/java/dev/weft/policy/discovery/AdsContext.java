/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

/** What a stream needs to know of the server. Thread-safe. */
interface AdsContext {
  /** Returns the identity of the store. */
  String controlPlaneIdentity();

  /** Returns what is in effect now. */
  Publisher.Published current();

  /** Returns whether the server started so lately that workloads may not be back yet. */
  boolean isRecovering();

  /** Notes a refusal. */
  void refused(Nack nack);
}
