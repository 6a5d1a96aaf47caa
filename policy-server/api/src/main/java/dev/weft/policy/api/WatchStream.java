/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.weft.policy.store.Change;
import dev.weft.policy.store.Listing;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoreException;
import dev.weft.policy.store.StoredResource;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Sends events of one watch until its time is over, the client goes or is too slow. */
final class WatchStream {
  private static final long BOOKMARK_SECONDS = 60;

  /** What may wait for a client that reads slowly. One that is slower lists again. */
  private static final long MAX_WAITING_BYTES = 8L << 20;

  private final WatchPlan plan;
  private final HttpResponseWriter writer = HttpResponse.streaming();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final List<ScheduledFuture<?>> timers = new ArrayList<>();
  private volatile long revision;
  private Store.@Nullable Watch watch;

  private WatchStream(WatchPlan plan) {
    this.plan = plan;
    this.revision = plan.afterRevision();
  }

  /** Begins a watch. */
  static HttpResponse start(
      WatchPlan plan, ServiceRequestContext context, OpenWatches openWatches) {
    WatchStream stream = new WatchStream(plan);
    context.clearRequestTimeout();
    stream.begin(context);
    openWatches.add(stream);
    CompletableFuture<?> unused =
        stream
            .writer
            .whenComplete()
            .whenComplete(
                (done, failure) -> {
                  openWatches.remove(stream);
                  stream.end();
                });
    return stream.writer;
  }

  /** Ends the watch as if its time were over. */
  void stop() {
    writer.close();
  }

  private void begin(ServiceRequestContext context) {
    writer.write(ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, MediaType.JSON));
    if (plan.afterRevision() == 0) {
      Listing listing = plan.store().list();
      for (StoredResource stored : listing.items()) {
        if (plan.isWatched(stored)) {
          send(plan.added(stored));
        }
      }
      revision = listing.revision();
    }
    try {
      watch = plan.store().watch(revision, this::onChange);
    } catch (StoreException.Gone e) {
      send(WatchPlan.error(WatchPlan.gone(e)));
      writer.close();
      return;
    }
    timers.add(
        context
            .eventLoop()
            .withoutContext()
            .schedule(this::endInTime, plan.timeoutSeconds(), TimeUnit.SECONDS));
    if (plan.hasBookmarks()) {
      timers.add(
          context
              .eventLoop()
              .withoutContext()
              .scheduleAtFixedRate(
                  this::bookmark, BOOKMARK_SECONDS, BOOKMARK_SECONDS, TimeUnit.SECONDS));
    }
  }

  private void onChange(Change change) {
    ObjectNode event = plan.event(change);
    if (event != null) {
      send(event);
    }
    revision = change.revision();
  }

  private void bookmark() {
    send(plan.bookmark(revision));
  }

  private void endInTime() {
    if (plan.hasBookmarks()) {
      bookmark();
    }
    writer.close();
  }

  private void send(ObjectNode event) {
    byte[] line = (event + "\n").getBytes(StandardCharsets.UTF_8);
    if (waitingBytes.addAndGet(line.length) > MAX_WAITING_BYTES) {
      writer.close(new IllegalStateException("the client of a watch reads too slowly"));
    } else if (writer.tryWrite(HttpData.wrap(line))) {
      CompletableFuture<?> unused =
          writer.whenConsumed().thenRun(() -> waitingBytes.addAndGet(-line.length));
    }
  }

  private void end() {
    timers.forEach(timer -> timer.cancel(false));
    if (watch != null) {
      watch.close();
    }
  }
}
