/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.InboundEngine;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.telemetry.MeshMetrics;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures requests that come in, and refuses them until there is a configuration if so ordered.
 * Thread-safe.
 */
final class InboundMeter implements InboundEngine {
  private static final Reply NOT_READY =
      Reply.of(503, "weft: there is no configuration yet (weft.start=closed)", "NR");

  private final MeshMetrics metrics;
  private final Ports ports;
  private final BooleanSupplier isOpen;

  /**
   * @param isOpen whether requests are let in
   */
  InboundMeter(MeshMetrics metrics, Ports ports, BooleanSupplier isOpen) {
    this.metrics = metrics;
    this.ports = ports;
    this.isOpen = isOpen;
  }

  @Override
  public void listening(String hook, int port, String protocol) {
    ports.opened(hook, port, protocol);
  }

  @Override
  public void closed(int port) {
    ports.closed(port);
  }

  @Override
  public <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    return new Measured(metrics, isOpen.getAsBoolean() ? null : NOT_READY);
  }

  private static final class Measured extends AtomicBoolean implements InboundCall {
    private static final long serialVersionUID = 1;

    private final transient MeshMetrics metrics;
    private final transient @Nullable Reply reply;
    private final long startNanos = System.nanoTime();

    Measured(MeshMetrics metrics, @Nullable Reply reply) {
      this.metrics = metrics;
      this.reply = reply;
    }

    @Override
    public @Nullable Reply reply() {
      return reply;
    }

    @Override
    public void end(int status, int grpcStatus) {
      if (compareAndSet(false, true)) {
        metrics.inboundEnded(
            status, grpcStatus, reply == null ? "" : reply.flag(), System.nanoTime() - startNanos);
      }
    }
  }
}
