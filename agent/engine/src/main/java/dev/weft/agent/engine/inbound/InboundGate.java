/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.engine.EngineClock;
import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.engine.tls.InboundTls;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.InboundEngine;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.ServerTls;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in and measures them. One that starts closed answers 503 until {@link #open}, so
 * that nothing is served before the rules are known. Thread-safe; does not block.
 */
public final class InboundGate implements InboundEngine {
  private static final Reply CLOSED = Replies.of(503, "no configuration has come yet", "");

  private final EngineClock clock;
  private final FaultLog faults;
  private final InboundObserver observer;
  private volatile boolean isOpen;
  private volatile @Nullable InboundTls tls;

  /** Makes a gate. */
  public InboundGate(
      EngineClock clock, FaultLog faults, InboundObserver observer, boolean startsOpen) {
    this.clock = clock;
    this.faults = faults;
    this.observer = observer;
    isOpen = startsOpen;
  }

  /** Says from now on what connections are to speak; before, their bytes are left alone. */
  public void secure(InboundTls newTls) {
    tls = newTls;
  }

  @Override
  public @Nullable ServerTls tls(int port) {
    InboundTls current = tls;
    return current == null ? null : current.at(port);
  }

  /** Lets requests in from now on. Idempotent. */
  public void open() {
    isOpen = true;
  }

  @Override
  public void listening(String hook, int port, String protocol) {
    try {
      observer.listening(hook, port, protocol);
    } catch (RuntimeException | LinkageError e) {
      faults.record("listening", e);
    }
  }

  @Override
  public void closed(int port) {
    try {
      observer.closed(port);
    } catch (RuntimeException | LinkageError e) {
      faults.record("closed", e);
    }
  }

  @Override
  public <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    return new MeasuredCall(this, clock.nanos(), isOpen ? null : CLOSED);
  }

  private void ended(MeasuredCall call, int status, int grpcStatus) {
    try {
      Reply reply = call.reply;
      String flag = reply == null ? "" : reply.flag();
      long duration = clock.nanos() - call.startNanos;
      observer.requestEnded(status, grpcStatus, flag, duration);
    } catch (RuntimeException | LinkageError e) {
      faults.record("request ended", e);
    }
  }

  /** One request. Used by one thread at a time. */
  private static final class MeasuredCall implements InboundCall {
    private final InboundGate gate;
    private final long startNanos;
    private final @Nullable Reply reply;
    private boolean hasEnded;

    MeasuredCall(InboundGate gate, long startNanos, @Nullable Reply reply) {
      this.gate = gate;
      this.startNanos = startNanos;
      this.reply = reply;
    }

    @Override
    public @Nullable Reply reply() {
      return reply;
    }

    @Override
    public void end(int status, int grpcStatus) {
      if (!hasEnded) {
        hasEnded = true;
        gate.ended(this, status, grpcStatus);
      }
    }
  }
}
