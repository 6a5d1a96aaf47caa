/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

/** A patch that is none, or that does not fit the resource. */
public final class PatchException extends Exception {
  private static final long serialVersionUID = 1L;

  PatchException(String message) {
    super(message);
  }
}
