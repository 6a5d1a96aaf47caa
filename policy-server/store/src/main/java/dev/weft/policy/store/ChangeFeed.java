/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.store.Store.ChangeObserver;
import dev.weft.policy.store.Store.Watch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Remembers the last changes and calls those who watch, on one thread and in order. Thread-safe.
 */
final class ChangeFeed {
  private static final Logger LOGGER = System.getLogger(ChangeFeed.class.getName());

  /** How many changes are remembered. A watch from further back has to list again. */
  static final int HISTORY_LENGTH = 4096;

  private final Object lock = new Object();
  private final ArrayDeque<Change> history = new ArrayDeque<>();
  private final ExecutorService dispatcher =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "weft-store-watch");
            thread.setDaemon(true);
            return thread;
          });

  /** Touched by the dispatcher's thread only. */
  private final List<Subscription> subscriptions = new ArrayList<>();

  /** All changes after this revision are remembered. Guarded by the lock, as the next is. */
  private long knownAfter;

  private long newest;

  ChangeFeed(long revision) {
    this.knownAfter = revision;
    this.newest = revision;
  }

  void publish(List<Change> changes) {
    synchronized (lock) {
      for (Change change : changes) {
        history.add(change);
        newest = change.revision();
        if (history.size() > HISTORY_LENGTH) {
          knownAfter = history.remove().revision();
        }
      }
      dispatcher.execute(
          () -> {
            for (Change change : changes) {
              subscriptions.removeIf(subscription -> !subscription.take(change));
            }
          });
    }
  }

  Watch watch(long afterRevision, ChangeObserver observer) {
    Subscription subscription = new Subscription(observer);
    synchronized (lock) {
      if (afterRevision < knownAfter || afterRevision > newest) {
        throw new StoreException.Gone(afterRevision, knownAfter, newest);
      }
      List<Change> missed = new ArrayList<>();
      for (Change change : history) {
        if (change.revision() > afterRevision) {
          missed.add(change);
        }
      }
      try {
        dispatcher.execute(
            () -> {
              for (Change change : missed) {
                if (!subscription.take(change)) {
                  return;
                }
              }
              subscriptions.add(subscription);
            });
      } catch (RejectedExecutionException e) {
        throw new StoreException.Failed("the store is closed", e);
      }
    }
    return subscription;
  }

  void close() {
    dispatcher.shutdown();
  }

  /** One who watches. */
  private static final class Subscription implements Watch {
    private final ChangeObserver observer;
    private volatile boolean isClosed;

    Subscription(ChangeObserver observer) {
      this.observer = observer;
    }

    /** Returns whether it wants more. */
    boolean take(Change change) {
      if (isClosed) {
        return false;
      }
      try {
        observer.onChange(change);
        return true;
      } catch (RuntimeException e) {
        LOGGER.log(Level.WARNING, "A watch ended: it failed to take " + change.key(), e);
        return false;
      }
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }
}
