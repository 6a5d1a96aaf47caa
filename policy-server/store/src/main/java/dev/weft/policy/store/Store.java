/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps resources. Each write makes one new revision of the whole store; revisions only grow, over
 * restarts too. Thread-safe; reads do not block, writes may block for a write to the disk.
 */
public interface Store extends AutoCloseable {

  /** Returns the identity of what is stored: a UUID, made when the store was created. */
  String identity();

  /** Returns the revision of the last write; of an empty new store, that of its creation. */
  long revision();

  /** Returns the resource of this key, or null if there is none. */
  @Nullable StoredResource get(ResourceKey key);

  /** Returns all resources as they were at one revision, in the order of their keys. */
  Listing list();

  /**
   * Adds a resource. When this returns the write is durable.
   *
   * @throws StoreException.AlreadyExists if there is one of that key
   * @throws StoreException.Failed if the write failed; whether it happened is unknown then
   */
  StoredResource create(PolicyResource resource);

  /**
   * Replaces a resource that has not changed since it was read. When this returns the write is
   * durable.
   *
   * @param expectedRevision the revision that was read, {@link StoredResource#revision}
   * @throws StoreException.NotFound if there is none of that key
   * @throws StoreException.Conflict if it has another revision
   * @throws StoreException.Failed if the write failed; whether it happened is unknown then
   */
  StoredResource replace(PolicyResource resource, long expectedRevision);

  /**
   * Replaces each resource that still has the revision it was read at and leaves out the others;
   * durable at once for all. For writes that can be repeated, as that of a status.
   *
   * @param replacements the new contents, each with the revision that was read
   * @return what was replaced, each with its new revision
   * @throws StoreException.Failed if the write failed; whether it happened is unknown then
   */
  List<StoredResource> replaceUnchanged(List<StoredResource> replacements);

  /**
   * Removes a resource that has not changed since it was read. When this returns the removal is
   * durable.
   *
   * @return the last contents, with the revision of the removal
   * @throws StoreException.NotFound if there is none of that key
   * @throws StoreException.Conflict if it has another revision
   * @throws StoreException.Failed if the write failed; whether it happened is unknown then
   */
  StoredResource delete(ResourceKey key, long expectedRevision);

  /**
   * Calls the observer with every change after a revision, in order, without a gap. It is called on
   * a thread of the store's, one change at a time, and must not block.
   *
   * @param afterRevision a revision of this store, as {@link Listing#revision} gives it
   * @return what ends the watch when closed; no call begins after it
   * @throws StoreException.Gone if the changes since then are no longer known, or the revision is
   *     not one of this store's: list again
   */
  Watch watch(long afterRevision, ChangeObserver observer);

  /** Ends all watches and closes what is open. Closing twice is allowed. */
  @Override
  void close();

  /** Is told what changed. */
  interface ChangeObserver {
    /** Takes one change. Must not block; what it throws ends the watch. */
    void onChange(Change change);
  }

  /** A watch that goes on until it is closed. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
