/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.ResourceKey;
import org.jspecify.annotations.Nullable;

/** One write, as those who watch see it. */
public sealed interface Change {

  /** Returns the revision of the write. */
  long revision();

  /** Returns what names the resource. */
  ResourceKey key();

  /** Returns what was there before, or null if nothing was. */
  @Nullable StoredResource before();

  /** Returns what is there now, or null if nothing is. */
  @Nullable StoredResource after();

  /**
   * A resource was added.
   *
   * @param after what it is
   */
  record Created(StoredResource after) implements Change {
    @Override
    public long revision() {
      return after.revision();
    }

    @Override
    public ResourceKey key() {
      return after.key();
    }

    @Override
    public @Nullable StoredResource before() {
      return null;
    }
  }

  /**
   * A resource was replaced.
   *
   * @param before what it was
   * @param after what it is now
   */
  record Replaced(StoredResource before, StoredResource after) implements Change {
    @Override
    public long revision() {
      return after.revision();
    }

    @Override
    public ResourceKey key() {
      return after.key();
    }
  }

  /**
   * A resource was removed.
   *
   * @param before what it was
   * @param revision the revision of the removal
   */
  record Deleted(StoredResource before, long revision) implements Change {
    @Override
    public ResourceKey key() {
      return before.key();
    }

    @Override
    public @Nullable StoredResource after() {
      return null;
    }
  }
}
