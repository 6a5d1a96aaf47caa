/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.registry;

import dev.weft.agent.control.channel.Backoff;
import dev.weft.agent.control.channel.BidiTransport;
import dev.weft.agent.control.channel.BidiTransport.Exchange;
import dev.weft.agent.control.channel.ControlChannel;
import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.channel.RepeatedLog;
import dev.weft.agent.control.channel.StreamKeeper;
import dev.weft.protocol.lite.registry.v1.AgentReport;
import dev.weft.protocol.lite.registry.v1.AnnounceRequest;
import dev.weft.protocol.lite.registry.v1.AnnounceResponse;
import dev.weft.protocol.lite.registry.v1.Workload;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Announces this process and reports on its agent, over one stream that is the lease. What changes
 * is sent within 100 ms, and the report every 10 s. Not thread-safe; all on the control loop.
 */
public final class RegistryClient {
  private static final Logger logger = Logger.getLogger(RegistryClient.class.getName());
  private static final String METHOD = "weft.registry.v1.RegistryService/Announce";
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private final ControlLoop loop;
  private final NodeIdentity node;
  private final int weight;
  private final Supplier<Report> report;
  private final StreamKeeper<AnnounceRequest, AnnounceResponse> keeper;
  private final RepeatedLog log;
  private @Nullable Exchange<AnnounceRequest> exchange;
  private List<ServedPort> ports = List.of();
  private boolean workloadIsSent;
  private @Nullable AgentReport sentReport;
  private ControlLoop.@Nullable Timer gather;
  private ControlLoop.@Nullable Timer periodic;

  RegistryClient(
      ControlLoop loop,
      BidiTransport<AnnounceRequest, AnnounceResponse> transport,
      NodeIdentity node,
      int weight,
      Supplier<Report> report) {
    this.loop = loop;
    this.node = node;
    this.weight = weight;
    this.report = report;
    this.log = new RepeatedLog(logger, loop);
    this.keeper =
        new StreamKeeper<>(
            "The policy server's registry",
            loop,
            transport,
            new Backoff(() -> ThreadLocalRandom.current().nextDouble()),
            new Lease());
  }

  /**
   * Returns a client that has not started.
   *
   * @param weight the workload's weight, 1 or more
   * @param report gives how the agent is
   */
  public static RegistryClient over(
      ControlChannel channel,
      ControlLoop loop,
      NodeIdentity node,
      int weight,
      Supplier<Report> report) {
    return new RegistryClient(
        loop,
        channel.method(METHOD, AnnounceRequest.parser(), AnnounceResponse.parser()),
        node,
        weight,
        report);
  }

  /** Opens the stream and keeps it open. */
  public void start() {
    keeper.open();
  }

  /** Goes on over the channel's newest connection; the lease outlasts that. */
  public void reconnect() {
    keeper.reopen("over a new connection");
  }

  /** Closes the stream for good: the lease begins to run out. */
  public void stop() {
    keeper.stop();
  }

  /** Says what this process serves from now on. */
  public void serve(List<ServedPort> served) {
    if (!served.equals(ports)) {
      ports = List.copyOf(served);
      workloadIsSent = false;
      sendSoon();
    }
  }

  /** Says that the report may read otherwise now. */
  public void reportChanged() {
    sendSoon();
  }

  private void sendSoon() {
    if (exchange != null && gather == null) {
      gather = loop.schedule(GATHER_NANOS, this::sendWhatChanged);
    }
  }

  private void sendWhatChanged() {
    gather = null;
    AgentReport now = RegistryMessages.report(node, report.get());
    AnnounceRequest.Builder request = AnnounceRequest.newBuilder();
    if (!workloadIsSent) {
      request.setWorkload(workload());
    }
    if (!now.equals(sentReport)) {
      request.setReport(now);
    }
    if (request.hasWorkload() || request.hasReport()) {
      send(request.build());
    }
  }

  private void sendPeriodically() {
    send(
        AnnounceRequest.newBuilder()
            .setReport(RegistryMessages.report(node, report.get()))
            .build());
    periodic = loop.schedule(REPORT_NANOS, this::sendPeriodically);
  }

  private void send(AnnounceRequest request) {
    if (exchange == null) {
      return;
    }
    exchange.send(request);
    workloadIsSent |= request.hasWorkload();
    if (request.hasReport()) {
      sentReport = request.getReport();
    }
  }

  private Workload workload() {
    return RegistryMessages.workload(node, weight, ports);
  }

  private final class Lease implements StreamKeeper.User<AnnounceRequest, AnnounceResponse> {
    @Override
    public void opened(Exchange<AnnounceRequest> opened) {
      exchange = opened;
      // A process that serves nothing says so, too: its report has no name of its own.
      send(
          AnnounceRequest.newBuilder()
              .setWorkload(workload())
              .setReport(RegistryMessages.report(node, report.get()))
              .build());
      periodic = loop.schedule(REPORT_NANOS, RegistryClient.this::sendPeriodically);
    }

    @Override
    public void connected() {
      logger.fine("Announced to the policy server");
    }

    @Override
    public void received(AnnounceResponse response) {
      for (String problem : response.getProblemsList()) {
        log.log(
            Level.WARNING,
            problem,
            "The policy server does not take what this process announces: "
                + problem
                + ". It is not called through the mesh until that is put right");
      }
    }

    @Override
    public void closed() {
      exchange = null;
      if (periodic != null) {
        periodic.cancel();
      }
      if (gather != null) {
        gather.cancel();
        gather = null;
      }
    }
  }
}
