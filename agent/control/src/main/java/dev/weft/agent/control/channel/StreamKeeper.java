/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one stream open: opens it again after a wait that grows until a response comes. Not
 * thread-safe; all on the control loop.
 *
 * @param <Q> what is sent
 * @param <R> what is received
 */
public final class StreamKeeper<Q, R> {
  private static final Logger logger = Logger.getLogger(StreamKeeper.class.getName());
  private final String name;
  private final ControlLoop loop;
  private final BidiTransport<Q, R> transport;
  private final Backoff backoff;
  private final User<Q, R> user;
  private final RepeatedLog log;
  private @Nullable Attempt attempt;
  private ControlLoop.@Nullable Timer timer;
  private boolean stopped;

  /**
   * Creates a keeper that has not started.
   *
   * @param name what the stream is for, for logs
   */
  public StreamKeeper(
      String name,
      ControlLoop loop,
      BidiTransport<Q, R> transport,
      Backoff backoff,
      User<Q, R> user) {
    this.name = name;
    this.loop = loop;
    this.transport = transport;
    this.backoff = backoff;
    this.user = user;
    this.log = new RepeatedLog(logger, loop);
  }

  /** Opens the stream, unless it is open or the keeper has stopped. */
  public void open() {
    if (stopped || attempt != null) {
      return;
    }
    timer = null;
    Attempt opened = new Attempt();
    attempt = opened;
    opened.exchange = transport.open(opened);
    user.opened(opened.exchange);
  }

  /** Closes the stream and opens it anew at once. */
  public void reopen(String reason) {
    drop(reason);
    open();
  }

  /** Closes the stream for good: in order if it has its connection, which says that we leave. */
  public void stop() {
    stopped = true;
    Attempt open = attempt;
    if (open != null && open.exchange != null && open.isConnected) {
      attempt = null;
      open.exchange.finish();
      user.closed();
    }
    drop("stopped");
  }

  private void drop(String reason) {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    Attempt open = attempt;
    if (open != null) {
      attempt = null;
      if (open.exchange != null) {
        open.exchange.cancel(reason);
      }
      user.closed();
    }
  }

  private void retryAfterLoss(Attempt lost, String reason) {
    attempt = null;
    user.closed();
    long waitNanos = backoff.nextNanos();
    String message =
        name
            + " is away: "
            + reason
            + ". What is known stays in force; trying again, next in "
            + waitNanos / 1_000_000
            + " ms";
    // A stream that has delivered and then ends is how servers restart and balance.
    log.log(lost.hasReceived ? Level.INFO : Level.WARNING, "away " + lost.hasReceived, message);
    timer = loop.schedule(waitNanos, this::open);
  }

  /**
   * Who speaks over the stream.
   *
   * @param <Q> what is sent
   * @param <R> what is received
   */
  public interface User<Q, R> {
    /** A stream begins: send what comes first. */
    void opened(BidiTransport.Exchange<Q> exchange);

    /** The stream has its connection. */
    void connected();

    /** A message came. The next one is asked for when this returns. */
    void received(R message);

    /** The stream is over; another will begin. */
    void closed();
  }

  /** One stream; what comes from an older one is not listened to. */
  private final class Attempt implements BidiTransport.Observer<R> {
    BidiTransport.@Nullable Exchange<Q> exchange;
    boolean isConnected;
    boolean hasReceived;

    @Override
    public void connected() {
      isConnected = true;
      if (attempt == this) {
        user.connected();
      }
    }

    @Override
    public void received(R message) {
      if (attempt != this) {
        return;
      }
      isConnected = true;
      hasReceived = true;
      user.received(message);
      backoff.reset();
      // The user may have dropped the stream.
      if (attempt == this && exchange != null) {
        exchange.requestNext();
      }
    }

    @Override
    public void closed(String reason) {
      if (attempt == this) {
        retryAfterLoss(this, reason);
      }
    }
  }
}
