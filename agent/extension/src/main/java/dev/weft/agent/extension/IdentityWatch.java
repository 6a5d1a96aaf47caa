/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.identity.IdentityFile;
import dev.weft.agent.identity.IdentityStatus;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WatchedIdentity;
import dev.weft.agent.identity.WorkloadIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads the identity of a file at the start, and again when it changes, on a thread of ours. */
final class IdentityWatch implements WatchedIdentity {
  private static final Logger logger = Logger.getLogger(IdentityWatch.class.getName());
  private static final long PERIOD_MILLIS = 1_000;

  private final Path path;
  private final IdentityFile file;
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private final TlsContexts contexts = new TlsContexts(this);
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "weft-identity");
            made.setDaemon(true);
            return made;
          });
  private volatile String lastProblem = "";

  private IdentityWatch(Path path) {
    this.path = path;
    this.file = new IdentityFile(path);
  }

  /** Reads the file now, so that no request meets a process that does not know who it is. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task catches what it throws
  static IdentityWatch start(Path path) {
    IdentityWatch watch = new IdentityWatch(path);
    watch.look();
    watch.thread.scheduleWithFixedDelay(
        watch::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  @Override
  public @Nullable WorkloadIdentity current() {
    return file.current();
  }

  @Override
  public TlsContexts contexts() {
    return contexts;
  }

  @Override
  public IdentityStatus status() {
    WorkloadIdentity held = current();
    return held == null
        ? new IdentityStatus("", 0, 0, lastProblem)
        : new IdentityStatus(
            held.id().toString(), held.notAfter().toEpochMilli(), held.epoch(), lastProblem);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the watchers catch what they throw
  public void watch(Runnable watcher) {
    watchers.add(watcher);
    thread.execute(watcher);
  }

  /** Reads the file no longer. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void tellWatchers() {
    for (Runnable watcher : watchers) {
      try {
        watcher.run();
      } catch (RuntimeException | Error e) {
        // The thread would look no more.
        logger.log(Level.SEVERE, "Who waits for the identity of " + path + " failed", e);
      }
    }
  }

  private void look() {
    try {
      if (file.refresh()) {
        lastProblem = "";
        logger.log(Level.INFO, "This process is {0}", file.current());
        tellWatchers();
      }
    } catch (IOException | RuntimeException | Error e) {
      // An Error, too: the thread would look no more.
      String problem = String.valueOf(e);
      if (!problem.equals(lastProblem)) {
        lastProblem = problem;
        logger.log(
            Level.SEVERE,
            file.current() == null
                ? "This process has no identity: what demands mutual TLS is refused"
                : "The identity of " + path + " is not renewed; the one before stays",
            e);
        tellWatchers();
      }
    }
  }
}
