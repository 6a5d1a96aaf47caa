/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.ResourceKey;

/** Why the store did not do what it was asked. */
public abstract sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  private StoreException(String message) {
    super(message);
  }

  /** There is a resource of that key. */
  public static final class AlreadyExists extends StoreException {
    private static final long serialVersionUID = 1L;

    AlreadyExists(ResourceKey key) {
      super(key + " exists already");
    }
  }

  /** There is no resource of that key. */
  public static final class NotFound extends StoreException {
    private static final long serialVersionUID = 1L;

    NotFound(ResourceKey key) {
      super(key + " does not exist");
    }
  }

  /** The resource changed since it was read. */
  public static final class Conflict extends StoreException {
    private static final long serialVersionUID = 1L;

    Conflict(ResourceKey key, long revision, long expected) {
      super(key + " is at revision " + revision + " (expected: " + expected + ")");
    }
  }

  /** The changes since a revision are not known any more: list again. */
  public static final class Gone extends StoreException {
    private static final long serialVersionUID = 1L;

    Gone(long revision, long oldest, long newest) {
      super("revision " + revision + " is not known (expected: " + oldest + " to " + newest + ")");
    }
  }

  /** The disk, or the file on it, failed. */
  public static final class Failed extends StoreException {
    private static final long serialVersionUID = 1L;

    Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
