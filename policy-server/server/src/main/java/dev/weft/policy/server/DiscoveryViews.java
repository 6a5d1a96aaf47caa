/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.api.EventLog;
import dev.weft.policy.api.status.StatusWriter;
import dev.weft.policy.discovery.DiscoveryObserver;
import dev.weft.policy.discovery.Nack;
import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what discovery finds out to where the API shows it: findings to statuses, refusals to
 * events, workloads to WorkloadEntries. Writes on a thread of its own; of what comes faster than
 * the disk is, the last is written.
 */
final class DiscoveryViews implements DiscoveryObserver, AutoCloseable {
  private static final Logger LOGGER = System.getLogger(DiscoveryViews.class.getName());

  private final StatusWriter statuses;
  private final WorkloadEntries entries;
  private final EventLog events;
  private final Clock clock;
  private final AtomicReference<@Nullable Compiled> compiled = new AtomicReference<>();
  private final AtomicReference<@Nullable List<AgentView>> workloads = new AtomicReference<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "weft-status");
            thread.setDaemon(true);
            return thread;
          });

  DiscoveryViews(StatusWriter statuses, WorkloadEntries entries, EventLog events, Clock clock) {
    this.statuses = statuses;
    this.entries = entries;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void onNack(Nack nack) {
    String message =
        nack.nodeId()
            + " refused "
            + String.join(", ", nack.names())
            + " and keeps what it had of them: "
            + nack.message();
    for (ResourceKey origin : nack.origins()) {
      events.record(
          new EventLog.Event(origin, true, "RefusedByAgent", message, nack.nodeId()),
          clock.instant());
    }
  }

  @Override
  public void onCompiled(long revision, List<Finding> findings) {
    later(
        compiled,
        new Compiled(revision, List.copyOf(findings)),
        last -> statuses.write(last.revision(), last.findings()));
  }

  @Override
  public void onWorkloads(List<AgentView> agents) {
    later(workloads, List.copyOf(agents), entries::show);
  }

  @Override
  public void close() {
    writer.shutdown();
  }

  private <T> void later(AtomicReference<@Nullable T> next, T value, Consumer<T> write) {
    if (next.getAndSet(value) != null) {
      return; // the task that will take it is queued
    }
    try {
      writer.execute(
          () -> {
            T last = next.getAndSet(null);
            if (last != null) {
              write(last, write);
            }
          });
    } catch (RejectedExecutionException e) {
      LOGGER.log(Level.DEBUG, "Nothing is shown any more: the server is going down");
    }
  }

  private static <T> void write(T value, Consumer<T> write) {
    try {
      write.accept(value);
    } catch (StoreException e) {
      LOGGER.log(Level.ERROR, "Statuses of policies are out of date: " + e.getMessage());
    }
  }

  private record Compiled(long revision, List<Finding> findings) {}
}
