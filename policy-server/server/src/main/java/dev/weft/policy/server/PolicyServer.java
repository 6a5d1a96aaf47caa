/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.healthcheck.HealthCheckService;
import dev.weft.policy.api.EventLog;
import dev.weft.policy.api.PolicyApi;
import dev.weft.policy.api.status.StatusWriter;
import dev.weft.policy.ca.RateLimit;
import dev.weft.policy.discovery.DiscoveryServer;
import dev.weft.policy.discovery.DiscoverySettings;
import dev.weft.policy.server.access.AccessControl;
import dev.weft.policy.server.access.ApiUsers;
import dev.weft.policy.server.folder.PolicyFolder;
import dev.weft.policy.server.grpc.GrpcServices;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/**
 * A policy server that runs: policies flow from the API or a folder to the store, from there
 * through discovery to the agents; what discovery finds flows back into statuses and events.
 * Thread-safe.
 */
public final class PolicyServer implements AutoCloseable {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PING_INTERVAL = Duration.ofSeconds(10);
  private static final long MAX_BODY_BYTES = 3L << 20;

  /** A request for a certificate has a key and a token; anybody may send one. */
  private static final GrpcServices.Limits CA_LIMITS =
      new GrpcServices.Limits(64 << 10, Duration.ofSeconds(10));

  /** An agent's report has a line for each hook and problem. */
  private static final GrpcServices.Limits REGISTRY_LIMITS = new GrpcServices.Limits(1 << 20, null);

  /** An agent that comes back names each resource of a type that it has, some 150 bytes each. */
  private static final GrpcServices.Limits ADS_LIMITS = new GrpcServices.Limits(16 << 20, null);

  private final Server server;
  private final Security security;
  private final Closing closing;

  private PolicyServer(Server server, Security security, Closing closing) {
    this.server = server;
    this.security = security;
    this.closing = closing;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @throws IOException if its folder of policies cannot be read, or it cannot listen
   * @throws dev.weft.policy.store.StoreException if it cannot use its data directory
   */
  public static PolicyServer start(ServerOptions options) throws IOException {
    Closing closing = new Closing();
    try {
      return start(options, closing);
    } catch (IOException | RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static PolicyServer start(ServerOptions options, Closing closing) throws IOException {
    Security security = closing.later(Security.open(options));
    Path folder = options.policiesDirectory();
    Store policies =
        closing.later(
            folder == null
                ? EmbeddedStore.open(options.dataDirectory())
                : EmbeddedStore.inMemory(PolicyFolder.identity(folder)));
    if (folder != null) {
      closing.later(PolicyFolder.follow(folder, policies));
    }
    Store shown = closing.later(EmbeddedStore.inMemory(UUID.fromString(policies.identity())));
    EventLog events = new EventLog();
    DiscoveryViews views =
        closing.later(
            new DiscoveryViews(
                new StatusWriter(policies, Clock.systemUTC()),
                new WorkloadEntries(shown),
                events,
                Clock.systemUTC()));
    DiscoveryServer discovery =
        DiscoveryServer.create(policies, DiscoverySettings.DEFAULT.withMesh(options.mesh()), views);
    PolicyApi api =
        PolicyApi.of(
            policies,
            shown,
            events,
            new Agents(discovery),
            new JoinTokenApi(security.authority(), security.tokens()),
            folder != null);

    ServerBuilder builder =
        Server.builder()
            .requestTimeout(REQUEST_TIMEOUT)
            .maxRequestLength(MAX_BODY_BYTES)
            .pingInterval(PING_INTERVAL)
            .gracefulShutdownTimeout(Duration.ZERO, options.shutdownGrace());
    security.addTo(builder, options.listen());
    SecurityOptions.ApiAccess access = options.security().api();
    AccessControl control =
        new AccessControl(
            ApiUsers.open(options.dataDirectory(), access.users(), access.clientCa() != null),
            new RateLimit(access.requestsPerSecond()));
    builder.decorator(control);
    api.addTo(builder);
    GrpcServices.addTo(builder, List.of(security.certificates()), CA_LIMITS);
    GrpcServices.addTo(builder, List.of(security.identified(discovery.ads())), ADS_LIMITS);
    GrpcServices.addTo(
        builder, List.of(security.identified(discovery.registry())), REGISTRY_LIMITS);
    addHealth(builder);
    addMetrics(builder, ServerMetrics.of(policies, discovery, security.counts(), control));
    Server server = builder.build();
    closing.later(() -> server.stop().join());
    closing.later(discovery); // its streams would keep the server from stopping
    closing.later(api); // so would watches
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw new IOException("cannot listen on " + options.listen() + ": " + e.getCause(), e);
    }
    return new PolicyServer(server, security, closing);
  }

  /** Returns the port that it listens on. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Returns the SHA-256 of the public keys of the CA's roots, in base64url without padding. */
  public List<String> pins() {
    return security.authority().pins();
  }

  /** Ends the streams, lets requests under way end, then closes the store. */
  @Override
  public void close() {
    closing.close();
  }

  private static void addHealth(ServerBuilder builder) {
    HealthCheckService health = HealthCheckService.builder().build();
    for (String path : List.of("/healthz", "/livez", "/readyz")) {
      builder.service(path, health);
    }
  }

  private static void addMetrics(ServerBuilder builder, Metrics metrics) {
    builder.service(
        "/metrics",
        (context, request) ->
            HttpResponse.of(
                HttpStatus.OK,
                MediaType.parse("text/plain; version=0.0.4; charset=utf-8"),
                metrics.text()));
  }

  /** What has to be closed, the last first. */
  private static final class Closing {
    private final List<AutoCloseable> parts = new ArrayList<>();

    synchronized <T extends AutoCloseable> T later(T part) {
      parts.add(0, part);
      return part;
    }

    synchronized void close() {
      for (AutoCloseable part : parts) {
        try {
          part.close();
        } catch (Exception e) {
          System.getLogger(PolicyServer.class.getName())
              .log(System.Logger.Level.WARNING, "A part of the server did not end cleanly", e);
        }
      }
      parts.clear();
    }
  }
}
