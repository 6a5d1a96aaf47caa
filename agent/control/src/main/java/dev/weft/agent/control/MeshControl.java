/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.channel.ControlThread;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.identity.WatchedIdentity;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The agent's end of the control plane. It loads the last good configuration from the disk, keeps a
 * stream to the policy server open (or reads a compiled file), hands each new configuration to the
 * engine, and tells the server what this process serves and how the agent is. All of that happens
 * on daemon threads of its own. Thread-safe; no method blocks but {@link #close}.
 */
public final class MeshControl implements AutoCloseable {
  private static final Logger logger = Logger.getLogger(MeshControl.class.getName());
  private static final long CLOSE_SECONDS = 3;
  private final ControlThread loop = new ControlThread();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final ControlWork work;

  private MeshControl(
      ControlOptions options,
      @Nullable WatchedIdentity identity,
      Consumer<MeshConfig> apply,
      Supplier<AgentFaults> faults) {
    work = new ControlWork(loop, options, identity, apply, faults);
  }

  /**
   * Starts, and returns at once.
   *
   * @param apply takes each new configuration, on the control thread; if it throws, the
   *     configuration before stays in force
   * @param faults gives the agent's faults for the report, on the control thread
   */
  public static MeshControl start(
      ControlOptions options, Consumer<MeshConfig> apply, Supplier<AgentFaults> faults) {
    return start(options, null, apply, faults);
  }

  /**
   * Starts with an identity, and returns at once. The policy server is connected to, over mutual
   * TLS, as soon as there is a certificate.
   *
   * @param identity of this process; null to connect in plain text
   */
  public static MeshControl start(
      ControlOptions options,
      @Nullable WatchedIdentity identity,
      Consumer<MeshConfig> apply,
      Supplier<AgentFaults> faults) {
    MeshControl control = new MeshControl(options, identity, apply, faults);
    control.loop.execute(control.work::start);
    return control;
  }

  /**
   * Tells that this process listens.
   *
   * @param port 1 to 65535
   * @param protocol {@code http}, {@code http2}, {@code grpc}, {@code https} or {@code tcp}
   * @param hook the instrumentation that reports it
   * @param takesTls whether callers may speak the mesh's TLS there once this process has an
   *     identity
   */
  public void listening(int port, String protocol, String hook, boolean takesTls) {
    loop.execute(() -> work.listening(port, protocol, hook, takesTls));
  }

  /**
   * Tells that this process can prove who it is from now on: it announces that its ports take the
   * mesh's TLS.
   */
  public void identified() {
    loop.execute(work::identified);
  }

  /** Tells that this process no longer listens on a port. */
  public void closed(int port) {
    loop.execute(() -> work.closed(port));
  }

  /** Accepts the store that the policy server has now, so that its removals are applied. */
  public void adopt() {
    loop.execute(work::adopt);
  }

  /** Returns how it is. */
  public ControlStatus status() {
    return work.status();
  }

  /**
   * Saves what waits to be saved, tells the policy server that this process leaves, and ends the
   * streams and the threads. The configuration in force stays. Waits for that, for up to 3 s, and
   * only if called from another thread than ours.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    loop.execute(
        () ->
            work.stop(
                () -> {
                  loop.close();
                  stopped.countDown();
                }));
    try {
      if (!loop.isCurrent() && !stopped.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        logger.warning("The control plane client is slow to stop; it is left to end by itself");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
