/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A store inside this process, kept in one file or in memory only.
 *
 * <p>One thread writes: it takes all writes that wait, applies them to a draft, saves the draft
 * with one write to the disk and only then makes it visible and answers. So no reader sees what a
 * crash could undo, writers that come together share the disk's time, and an interrupted caller
 * cannot close the file.
 */
public final class EmbeddedStore implements Store {
  private static final int MAX_BATCH = 256;

  private final LinkedBlockingQueue<PendingWrite<?>> queue = new LinkedBlockingQueue<>();
  private final StoreFile file;
  private final ChangeFeed feed;
  private final Thread writer;

  /** Written by the writer's thread only. */
  private volatile Contents contents;

  private volatile boolean isClosed;

  private EmbeddedStore(StoreFile file) {
    this.file = file;
    this.contents = file.load();
    this.feed = new ChangeFeed(contents.revision());
    this.writer = new Thread(this::writeUntilClosed, "weft-store-write");
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Opens the store in a directory; makes both if they are not there.
   *
   * @throws StoreException.Failed if the directory or the file cannot be used, or another process
   *     has it open
   */
  public static EmbeddedStore open(Path directory) {
    return new EmbeddedStore(StoreFile.open(directory));
  }

  /**
   * Makes an empty store that is gone with the process. Its revisions begin at the time of day, so
   * that one made later does not repeat those of one made before.
   *
   * @param identity what {@link #identity} answers
   */
  public static EmbeddedStore inMemory(UUID identity) {
    return new EmbeddedStore(StoreFile.inMemory(identity, System.currentTimeMillis()));
  }

  @Override
  public String identity() {
    return file.identity();
  }

  @Override
  public long revision() {
    return contents.revision();
  }

  @Override
  public @Nullable StoredResource get(ResourceKey key) {
    return contents.resources().get(key);
  }

  @Override
  public Listing list() {
    Contents seen = contents;
    return new Listing(seen.revision(), List.copyOf(seen.resources().values()));
  }

  @Override
  public StoredResource create(PolicyResource resource) {
    return write(draft -> draft.create(resource));
  }

  @Override
  public StoredResource replace(PolicyResource resource, long expectedRevision) {
    return write(draft -> draft.replace(resource, expectedRevision));
  }

  @Override
  public List<StoredResource> replaceUnchanged(List<StoredResource> replacements) {
    return write(
        draft -> {
          List<StoredResource> replaced = new ArrayList<>();
          for (StoredResource replacement : replacements) {
            if (draft.isAt(replacement.key(), replacement.revision())) {
              replaced.add(draft.replace(replacement.resource(), replacement.revision()));
            }
          }
          return replaced;
        });
  }

  @Override
  public StoredResource delete(ResourceKey key, long expectedRevision) {
    return write(draft -> draft.delete(key, expectedRevision));
  }

  @Override
  public Watch watch(long afterRevision, ChangeObserver observer) {
    return feed.watch(afterRevision, observer);
  }

  @Override
  public void close() {
    isClosed = true;
    queue.add(new PendingWrite<>(draft -> true)); // wakes the writer
    boolean wasInterrupted = false;
    while (true) {
      try {
        writer.join();
        break;
      } catch (InterruptedException e) {
        wasInterrupted = true; // the file must be closed all the same
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private <T> T write(Write<T> write) {
    PendingWrite<T> pending = new PendingWrite<>(write);
    queue.add(pending);
    if (isClosed && queue.remove(pending)) {
      throw closed();
    }
    try {
      return pending.answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException.Failed("interrupted while waiting for the disk", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreException known) {
        throw known;
      }
      throw new StoreException.Failed("the write failed: " + e.getCause(), e);
    }
  }

  private void writeUntilClosed() {
    List<PendingWrite<?>> batch = new ArrayList<>();
    boolean wasInterrupted = false;
    while (!isClosed || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        wasInterrupted = true; // only closing ends this thread
        continue;
      }
      queue.drainTo(batch, MAX_BATCH);
      writeBatch(batch);
      batch.clear();
    }
    feed.close();
    file.close();
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeBatch(List<PendingWrite<?>> batch) {
    Draft draft = new Draft(contents);
    for (PendingWrite<?> pending : batch) {
      pending.applyTo(draft);
    }
    List<Change> changes = draft.changes();
    if (!changes.isEmpty()) {
      try {
        file.save(changes);
      } catch (StoreException.Failed e) {
        batch.forEach(pending -> pending.answer.completeExceptionally(e));
        return;
      }
      contents = draft.toContents();
      feed.publish(changes);
    }
    batch.forEach(PendingWrite::complete);
  }

  private static StoreException.Failed closed() {
    return new StoreException.Failed("the store is closed", new IllegalStateException("closed"));
  }

  /** What one caller wants written. */
  private interface Write<T> {
    T applyTo(Draft draft);
  }

  /** A write and the caller who waits for it. */
  private static final class PendingWrite<T> {
    private final Write<T> write;
    final CompletableFuture<T> answer = new CompletableFuture<>();
    private @Nullable T outcome;
    private @Nullable RuntimeException refusal;

    PendingWrite(Write<T> write) {
      this.write = write;
    }

    void applyTo(Draft draft) {
      try {
        outcome = write.applyTo(draft);
      } catch (RuntimeException e) {
        refusal = e;
      }
    }

    void complete() {
      if (refusal != null) {
        answer.completeExceptionally(refusal);
      } else if (outcome != null) {
        answer.complete(outcome);
      }
    }
  }
}
