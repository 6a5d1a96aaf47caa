/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.compiler.Compilation;
import dev.weft.policy.compiler.Workload;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Change;
import dev.weft.policy.store.Listing;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoreException;
import dev.weft.policy.store.StoredResource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the store and the registry, compiles when both have been quiet for a moment, and
 * publishes the result.
 */
final class Publisher implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(Publisher.class.getName());
  private static final int LIST_ATTEMPTS = 10;

  private final DiscoverySettings settings;
  private final Supplier<Collection<Workload>> workloads;
  private final Timer timer;
  private final Executor loop;
  private final Consumer<Published> subscriber;

  /** From here on confined to the loop, once the store is watched. */
  private final Map<ResourceKey, PolicyResource> resources = new HashMap<>();

  private long revision;
  private boolean haveResourcesChanged;
  private boolean isTimerSet;
  private long firstChange;
  private long lastChange;

  private volatile Published current;
  private Store.@Nullable Watch watch;

  /**
   * @param workloads the announced workloads of the moment
   * @param threads where the loop runs
   * @param subscriber takes what is published, on the loop
   */
  Publisher(
      DiscoverySettings settings,
      Supplier<Collection<Workload>> workloads,
      Timer timer,
      Executor threads,
      Consumer<Published> subscriber) {
    this.settings = settings;
    this.workloads = workloads;
    this.timer = timer;
    this.loop = new SerialExecutor(threads);
    this.subscriber = subscriber;
    this.current = new Published(0, Compilation.of(settings.mesh(), List.of(), List.of()));
  }

  /** Compiles what is stored now, and follows the store from there. */
  void start(Store store) {
    for (int attempt = 1; watch == null; attempt++) {
      Listing listing = store.list();
      resources.clear();
      for (StoredResource item : listing.items()) {
        resources.put(item.key(), item.resource());
      }
      revision = listing.revision();
      haveResourcesChanged = true;
      compile();
      try {
        watch = store.watch(revision, change -> loop.execute(() -> take(change)));
      } catch (StoreException.Gone e) {
        if (attempt == LIST_ATTEMPTS) {
          throw e; // more is written between two calls than the store remembers
        }
      }
    }
  }

  private void take(Change change) {
    revision = change.revision();
    StoredResource after = change.after();
    if (after == null) {
      resources.remove(change.key());
    } else {
      resources.put(change.key(), after.resource());
    }
    if (isMeaningful(change)) {
      haveResourcesChanged = true;
      changed();
    }
  }

  /** A write of a status or of a label changes nothing here; an annotation may be a dry run's. */
  private static boolean isMeaningful(Change change) {
    StoredResource before = change.before();
    StoredResource after = change.after();
    return before == null
        || after == null
        || !before.resource().spec().equals(after.resource().spec())
        || !before.resource().annotations().equals(after.resource().annotations());
  }

  /** Says that the announced workloads have changed. */
  void workloadsChanged() {
    loop.execute(this::changed);
  }

  private void changed() {
    lastChange = timer.nanoTime();
    if (!isTimerSet) {
      isTimerSet = true;
      firstChange = lastChange;
      timer.after(settings.quiet(), () -> loop.execute(this::compileIfQuiet));
    }
  }

  private void compileIfQuiet() {
    long now = timer.nanoTime();
    long untilQuiet = lastChange + settings.quiet().toNanos() - now;
    long untilLate = firstChange + settings.maxDelay().toNanos() - now;
    long wait = Math.min(untilQuiet, untilLate);
    if (wait > 0) {
      timer.after(Duration.ofNanos(wait), () -> loop.execute(this::compileIfQuiet));
      return;
    }
    isTimerSet = false;
    compile();
  }

  private void compile() {
    long start = timer.nanoTime();
    Collection<Workload> announced = workloads.get();
    Compilation compiled =
        haveResourcesChanged
            ? current.compilation().withResources(new ArrayList<>(resources.values()), announced)
            : current.compilation().withWorkloads(announced);
    haveResourcesChanged = false;
    current = new Published(revision, compiled);
    LOGGER.log(
        Level.DEBUG,
        () ->
            "Compiled revision "
                + revision
                + ", "
                + announced.size()
                + " workloads in "
                + Duration.ofNanos(timer.nanoTime() - start));
    subscriber.accept(current);
  }

  /** Returns what was published last; from any thread. */
  Published current() {
    return current;
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }

  /**
   * What is in effect.
   *
   * @param revision the store's revision
   * @param compilation what was compiled
   */
  record Published(long revision, Compilation compilation) {}
}
