/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.inbound.InboundObserver;
import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.RefusedConnection;
import dev.weft.agent.telemetry.MeshMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what the application serves: requests and what policies did about them to the metrics;
 * ports to the control plane's client, kept until there is one. Thread-safe.
 */
final class InboundReports implements InboundObserver {
  private static final Logger logger = Logger.getLogger(InboundReports.class.getName());

  private final MeshMetrics metrics;
  private final PolicyLog log = new PolicyLog(System::nanoTime);
  private final RefusalLog refusals = new RefusalLog(System::nanoTime);
  private final List<Opened> waiting = new ArrayList<>();
  private @Nullable Target target;

  InboundReports(MeshMetrics metrics) {
    this.metrics = metrics;
  }

  /** Who wants to know. Called with a lock held: must not block. */
  interface Target {
    void opened(String hook, int port, String protocol, boolean takesTls);

    void closed(int port);
  }

  private record Opened(String hook, int port, String protocol, boolean takesTls) {}

  @Override
  public synchronized void listening(String hook, int port, String protocol, boolean takesTls) {
    if (target == null) {
      waiting.add(new Opened(hook, port, protocol, takesTls));
    } else {
      target.opened(hook, port, protocol, takesTls);
    }
  }

  @Override
  public synchronized void closed(int port) {
    if (target == null) {
      waiting.removeIf(opened -> opened.port == port);
    } else {
      target.closed(port);
    }
  }

  @Override
  public void shut(String hook, int port, boolean isShut) {
    if (isShut) {
      String what =
          "port "
              + port
              + " refuses every request: mutual TLS is STRICT there, and the application does TLS"
              + " itself or in a way that is not woven. Set portLevelMtls DISABLE for the port in a"
              + " PeerAuthentication of this workload";
      logger.warning(what);
      Hooks.woven(hook, what);
    } else {
      logger.info("Port " + port + " no longer refuses every request");
      Hooks.woven(hook, "");
    }
  }

  @Override
  public void connectionRefused(RefusedConnection connection) {
    metrics.connectionRefused(connection);
    refusals.refused(connection);
  }

  @Override
  public void policyMatched(PolicyMatch match) {
    metrics.policyMatched(match);
    log.matched(match);
  }

  @Override
  public void requestEnded(
      int status, int grpcStatus, String flag, long durationNanos, @Nullable String principal) {
    metrics.inboundEnded(status, grpcStatus, flag, durationNanos, principal);
  }

  /** Passes on what there is, and from now on what comes. */
  synchronized void attach(Target newTarget) {
    target = newTarget;
    waiting.forEach(
        opened -> newTarget.opened(opened.hook, opened.port, opened.protocol, opened.takesTls));
    waiting.clear();
  }
}
