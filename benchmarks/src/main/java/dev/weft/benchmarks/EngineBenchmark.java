/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks;

import dev.weft.agent.engine.Engine;
import dev.weft.agent.engine.EngineClock;
import dev.weft.agent.engine.EngineObserver;
import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.OutboundListener;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.RequestReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The engine's decision, with ten routes in each virtual host: the last route of a host in the
 * middle, a host that nobody lists, and a whole call with one attempt.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EngineBenchmark {
  private static final int ROUTES = 10;

  /** How many virtual hosts the port has. */
  @Param({"100", "1000", "10000"})
  public int virtualHosts;

  private Engine engine;
  private Request managed;
  private Request answered;
  private Request unmanaged;

  /** Compiles the snapshot. */
  @Setup
  public void compile() {
    engine =
        Engine.create(
            EngineClock.SYSTEM,
            new FaultLog(EngineClock.SYSTEM, (doing, fault) -> {}),
            EngineObserver.NONE);
    Map<String, ClusterConfig> clusters = new LinkedHashMap<>();
    List<VirtualHostConfig> hosts = new ArrayList<>();
    for (int host = 0; host < virtualHosts; host++) {
      String name = "service-" + host + ".shop.svc.cluster.local";
      clusters.put(name, cluster(name));
      List<RouteConfig> routes = new ArrayList<>();
      for (int route = 0; route < ROUTES; route++) {
        routes.add(route("/api/v1/resource-" + route + "/", forward(name)));
      }
      routes.add(route("/answered/", new RouteAction.DirectResponse(200, "")));
      hosts.add(
          new VirtualHostConfig(
              name, List.of(name, name + ":80", "service-" + host + ".shop"), routes));
    }
    engine.apply(
        new MeshConfig(
            "benchmark",
            List.of(new OutboundListener("0.0.0.0_80", 80, new RouteConfiguration("80", hosts))),
            clusters,
            MeshConfig.OutboundPolicy.ALLOW_ANY));
    String host = "service-" + virtualHosts / 2 + ".shop";
    managed = new Request(host, "/api/v1/resource-" + (ROUTES - 1) + "/items?page=2");
    answered = new Request(host, "/answered/items");
    unmanaged = new Request("example.com", "/");
  }

  /** Listener, virtual host, the tenth route, cluster, endpoint, and both ends of the attempt. */
  @Benchmark
  public long routedCall() {
    Call call = engine.begin(managed, Request.READER);
    Attempt attempt = (Attempt) call.next();
    long verdict = attempt.headers(200, -1, managed, (request, name) -> null);
    attempt.end(Attempt.Ending.COMPLETE);
    return verdict;
  }

  /** Listener, virtual host, the eleventh route, and an answer that is ready. */
  @Benchmark
  public @Nullable Object directResponse() {
    return engine.begin(answered, Request.READER);
  }

  /** A host that no virtual host lists. */
  @Benchmark
  public @Nullable Call unmanaged() {
    return engine.begin(unmanaged, Request.READER);
  }

  private static RouteConfig route(String prefix, RouteAction action) {
    return new RouteConfig(
        prefix,
        new RouteMatch(
            new RouteMatch.PathMatch(RouteMatch.PathMatch.Kind.PREFIX, prefix, true),
            List.of(),
            List.of()),
        action,
        HeaderMutations.NONE,
        null);
  }

  private static RouteAction forward(String cluster) {
    return new RouteAction.Forward(
        List.of(new RouteAction.WeightedCluster(cluster, 1, HeaderMutations.NONE, null)),
        RouteAction.Rewrite.NONE,
        0,
        RetryConfig.NONE,
        List.of(),
        List.of());
  }

  private static ClusterConfig cluster(String name) {
    List<EndpointConfig> endpoints = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      endpoints.add(new EndpointConfig("10.0.0." + i, 8080, 1, 0, "", 0, true, "", Map.of()));
    }
    return new ClusterConfig(
        name,
        ClusterConfig.Discovery.ENDPOINTS,
        endpoints,
        ClusterConfig.LoadBalancing.LEAST_REQUEST,
        5_000_000_000L,
        ClusterConfig.CircuitBreakers.UNLIMITED,
        null,
        name,
        "");
  }

  /** A request of no library. */
  private record Request(String host, String path) {
    static final RequestReader<Request> READER =
        new RequestReader<>() {
          @Override
          public String host(Request request) {
            return request.host;
          }

          @Override
          public int port(Request request) {
            return 80;
          }

          @Override
          public String method(Request request) {
            return "GET";
          }

          @Override
          public String path(Request request) {
            return request.path;
          }

          @Override
          public @Nullable String header(Request request, String name) {
            return null;
          }

          @Override
          public boolean isReplayable(Request request) {
            return true;
          }
        };
  }
}
