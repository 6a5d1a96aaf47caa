/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.translate.XdsTable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the table's content becomes the engine's configuration: what changes within 10 ms
 * goes out together, and not before all that belongs to it has come. That is waited for, the first
 * time 15 s with the stream open, later 1 s; then it goes out as it is. Not thread-safe; all on the
 * control loop.
 */
final class ConfigPublisher {
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long LATER_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private final ControlLoop loop;
  private final BooleanSupplier isComplete;
  private final BooleanSupplier mayBeIncomplete;
  private final Runnable publish;
  private ControlLoop.@Nullable Timer gather;
  private ControlLoop.@Nullable Timer deadline;
  private long waitingSinceNanos;
  private boolean waiting;
  private boolean hasPublished;

  /**
   * Creates a publisher.
   *
   * @param isComplete whether all that the table mentions has come
   * @param mayBeIncomplete whether what there is may go out when the wait is over
   * @param publish makes the table's content the configuration
   * @see XdsTable
   */
  ConfigPublisher(
      ControlLoop loop,
      BooleanSupplier isComplete,
      BooleanSupplier mayBeIncomplete,
      Runnable publish) {
    this.loop = loop;
    this.isComplete = isComplete;
    this.mayBeIncomplete = mayBeIncomplete;
    this.publish = publish;
  }

  /** The table changed, or what belongs to it came. */
  void changed() {
    if (!waiting) {
      waiting = true;
      waitingSinceNanos = loop.nanoTime();
    }
    if (gather == null) {
      gather = loop.schedule(GATHER_NANOS, this::tryToPublish);
    }
  }

  /** The stream has its connection: the time for the first answer begins to count. */
  void connected() {
    if (waiting) {
      if (!hasPublished) {
        waitingSinceNanos = loop.nanoTime();
      }
      changed();
    }
  }

  private void tryToPublish() {
    gather = null;
    if (!waiting) {
      return;
    }
    long waitNanos = hasPublished ? LATER_WAIT_NANOS : FIRST_WAIT_NANOS;
    long leftNanos = waitNanos - (loop.nanoTime() - waitingSinceNanos);
    if (isComplete.getAsBoolean() || (leftNanos <= 0 && mayBeIncomplete.getAsBoolean())) {
      waiting = false;
      hasPublished = true;
      if (deadline != null) {
        deadline.cancel();
        deadline = null;
      }
      publish.run();
    } else if (deadline == null && leftNanos > 0) {
      // If the stream is away when the wait is over, its return comes here again.
      deadline =
          loop.schedule(
              leftNanos,
              () -> {
                deadline = null;
                tryToPublish();
              });
    }
  }
}
