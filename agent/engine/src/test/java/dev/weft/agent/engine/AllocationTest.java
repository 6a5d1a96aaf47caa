/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.engine.config.RouteMatch.QueryParameterMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.engine.route.Forwarding;
import dev.weft.agent.engine.route.Route;
import dev.weft.agent.engine.route.VirtualHost;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.HeaderReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counts what the deciding thread allocates. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CALLS = 10_000;
  private static final int MAX_BYTES_PER_ROUTED_CALL = 120;
  private static final Map<String, String> NO_HEADERS = Map.of();
  private static final HeaderReader<Map<String, String>> MAP_READER = Map::get;

  private final Engine engine = engine(mesh());

  @Test
  void anUnmanagedHostAllocatesNothing() {
    StubRequest request = StubRequest.get("Elsewhere.example", PORT, "/");

    assertThat(bytes(() -> begin(request))).isZero();
  }

  @Test
  void anUnmanagedPortAllocatesNothing() {
    StubRequest request = StubRequest.get("host-7.shop", 1, "/");

    assertThat(bytes(() -> begin(request))).isZero();
  }

  @Test
  void aHostOfTheApplicationsOwnDnsAllocatesNothing() {
    StubRequest request = StubRequest.get("dns.example", PORT, "/");

    assertThat(bytes(() -> begin(request))).isZero();
  }

  @Test
  void thePureDecisionAllocatesNothing() {
    Snapshot snapshot = Objects.requireNonNull(engine.current());
    StubRequest request =
        StubRequest.get("HOST-7.shop", PORT, "/nine/x?v=2").with("x-user", "tester");

    assertThat(decide(snapshot, request)).isNotNull();
    assertThat(bytes(() -> decide(snapshot, request))).isZero();
  }

  @Test
  void aRoutedCallAllocatesItsCallAndItsAttempt() {
    StubRequest request =
        StubRequest.get("host-7.shop", PORT, "/nine/x?v=2").with("x-user", "tester");

    long bytes = bytes(() -> carryOut(request));

    assertThat(bytes / CALLS).isBetween(100L, (long) MAX_BYTES_PER_ROUTED_CALL);
  }

  private void begin(StubRequest request) {
    if (engine.begin(request, StubRequest.Reader.INSTANCE) != null) {
      throw new AssertionError("managed");
    }
  }

  private void carryOut(StubRequest request) {
    Call call = engine.begin(request, StubRequest.Reader.INSTANCE);
    if (call == null || !(call.next() instanceof Attempt attempt)) {
      throw new AssertionError("no attempt");
    }
    attempt.address();
    attempt.connectionKey();
    attempt.timeoutNanos();
    attempt.headers(200, -1, NO_HEADERS, MAP_READER);
    attempt.end(Ending.COMPLETE);
  }

  /** Everything up to the cluster. */
  private static @Nullable Object decide(Snapshot snapshot, StubRequest request) {
    VirtualHost host = snapshot.virtualHost(request.port(), request.host());
    Route route = host == null ? null : host.match(request, StubRequest.Reader.INSTANCE);
    Forwarding forwarding = route == null ? null : route.forwarding();
    return forwarding == null ? null : forwarding.choose(ThreadLocalRandom.current()).cluster();
  }

  /**
   * Returns the bytes of the calls of a warm action; the least of a few runs, as the JIT allocates.
   */
  private static long bytes(Runnable action) {
    long least = Long.MAX_VALUE;
    for (int run = 0; run < 10 && least > 0; run++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        action.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private static Engine engine(MeshConfig config) {
    FaultLog faults =
        new FaultLog(
            EngineClock.SYSTEM,
            (doing, fault) -> {
              throw new AssertionError(fault);
            });
    Engine engine = Engine.create(EngineClock.SYSTEM, faults, EngineObserver.NONE);
    engine.apply(config);
    return engine;
  }

  /** 100 virtual hosts with 10 routes each, and wildcards, so that all of the lookup is walked. */
  private static MeshConfig mesh() {
    Mesh mesh =
        new Mesh()
            .host("*.example.org", Mesh.to("orders"))
            .host("payments.*", Mesh.to("orders"))
            .host("dns.example", Mesh.to("dns"))
            .cluster(Mesh.originalDestination("dns"))
            .cluster(Mesh.clusterConfig("orders", LoadBalancing.LEAST_REQUEST, Mesh.endpoints(3)));
    for (int i = 0; i < 100; i++) {
      mesh.host("host-" + i + ".shop", routes());
    }
    return mesh.build();
  }

  private static RouteConfig[] routes() {
    List<RouteConfig> routes = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      routes.add(Mesh.route(Mesh.prefix("/path-" + i), Mesh.forward("orders")));
    }
    RouteMatch match =
        new RouteMatch(
            new PathMatch(Kind.PATH_SEPARATED_PREFIX, "/nine", true),
            List.of(
                new HeaderMatch("x-user", new StringMatch.Prefix("test", false), false, false),
                new HeaderMatch(":method", new StringMatch.Exact("GET", false), false, false)),
            List.of(new QueryParameterMatch("v", new StringMatch.Exact("2", false))));
    routes.add(Mesh.route(match, Mesh.forward("orders", "orders")));
    return routes.toArray(new RouteConfig[0]);
  }
}
