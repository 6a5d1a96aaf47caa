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
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import com.linecorp.armeria.server.healthcheck.HealthCheckService;
import dev.weft.policy.api.EventLog;
import dev.weft.policy.api.PolicyApi;
import dev.weft.policy.discovery.DiscoveryServer;
import dev.weft.policy.discovery.DiscoverySettings;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import java.time.Duration;
import java.util.UUID;

/** A policy server that runs. Thread-safe. */
public final class PolicyServer implements AutoCloseable {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final long MAX_BODY_BYTES = 3L << 20;

  private final Store policies;
  private final Store shown;
  private final DiscoveryServer discovery;
  private final Server server;

  private PolicyServer(Store policies, Store shown, DiscoveryServer discovery, Server server) {
    this.policies = policies;
    this.shown = shown;
    this.discovery = discovery;
    this.server = server;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @throws RuntimeException if it cannot use its directory or its port
   */
  public static PolicyServer start(ServerOptions options) {
    Store policies = EmbeddedStore.open(options.dataDirectory());
    Store shown = EmbeddedStore.inMemory(UUID.fromString(policies.identity()));
    EventLog events = new EventLog();
    ServerBuilder builder =
        Server.builder()
            .http(options.listen())
            .requestTimeout(REQUEST_TIMEOUT)
            .maxRequestLength(MAX_BODY_BYTES)
            .gracefulShutdownTimeoutMillis(0, options.shutdownGraceMillis());
    DiscoveryServer discovery =
        DiscoveryServer.create(policies, DiscoverySettings.DEFAULT, new DiscoveryEvents(events));
    builder.service(
        grpc(discovery),
        delegate ->
            (context, request) -> {
              context.clearRequestTimeout();
              context.setMaxRequestLength(0);
              return delegate.serve(context, request);
            });
    PolicyApi.of(policies, shown, events, false).addTo(builder);
    addHealth(builder);
    builder.service(
        "/metrics",
        (context, request) ->
            HttpResponse.of(
                HttpStatus.OK,
                MediaType.PLAIN_TEXT_UTF_8,
                "weft_store_revision " + policies.revision() + "\n"));
    Server server = builder.build();
    server.start().join();
    return new PolicyServer(policies, shown, discovery, server);
  }

  /** Returns the port that it listens on. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Lets requests under way end, then closes the store. */
  @Override
  public void close() {
    discovery.close();
    server.stop().join();
    shown.close();
    policies.close();
  }

  /** Streams live as long as their agents do: neither time nor length ends one. */
  private static GrpcService grpc(DiscoveryServer discovery) {
    GrpcServiceBuilder grpc =
        GrpcService.builder().useClientTimeoutHeader(false).maxRequestMessageLength(64 << 20);
    discovery.services().forEach(grpc::addService);
    return grpc.build();
  }

  private static void addHealth(ServerBuilder builder) {
    HealthCheckService health = HealthCheckService.builder().build();
    builder.service("/healthz", health);
    builder.service("/livez", health);
    builder.service("/readyz", health);
  }
}
