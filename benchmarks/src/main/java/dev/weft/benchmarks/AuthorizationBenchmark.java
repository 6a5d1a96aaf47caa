/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks;

import dev.weft.agent.engine.EngineClock;
import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.RbacFilter.Action;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.engine.inbound.InboundGate;
import dev.weft.agent.engine.inbound.InboundObserver;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.RequestReader;
import java.util.ArrayList;
import java.util.List;
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
 * The decision about a request that comes in. A tenth of the policies deny, the others allow. Half
 * ask for a caller, a path and a method, a third for a path and a method, the rest for a header,
 * which no table helps with. The object that measures the request is part of each result; with 0
 * policies there is nothing else.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuthorizationBenchmark {
  private static final String NAME = "spiffe://cluster.local/ns/shop/sa/caller-";

  /** How many policies there are. */
  @Param({"0", "10", "500"})
  public int policies;

  private final Peer known = new Peer(NAME + 249, "10.0.0.7", "10.1.0.1", 8080, null);
  private final Peer plaintext = new Peer(null, "10.0.0.7", "10.1.0.1", 8080, null);
  private InboundGate gate;

  /** Compiles the policies. */
  @Setup
  public void compile() {
    FaultLog faults = new FaultLog(EngineClock.SYSTEM, (doing, fault) -> {});
    gate =
        new InboundGate(
            EngineClock.SYSTEM, faults, new NoObserver(), TokenVerifier.Factory.NONE, true);
    if (policies > 0) {
      List<RbacFilter.Policy> allow = new ArrayList<>();
      List<RbacFilter.Policy> deny = new ArrayList<>();
      for (int i = 0; i < policies; i++) {
        (i % 10 == 0 ? deny : allow).add(policy(i));
      }
      gate.apply(
          new InboundConfig(
              false,
              List.of(
                  new InboundConfig.Chain(
                      0,
                      MutualTls.PERMISSIVE,
                      List.of(
                          new RbacFilter(new RbacFilter.Rules(Action.DENY, deny), null),
                          new RbacFilter(new RbacFilter.Rules(Action.ALLOW, allow), null))))));
    }
  }

  private static RbacFilter.Policy policy(int i) {
    RbacCondition path =
        new RbacCondition.Path(new StringMatch.Prefix("/api/v1/resource-" + i + "/", false));
    RbacCondition operation =
        i % 6 == 4
            ? header("x-tenant", "tenant-" + i)
            : new RbacCondition.All(List.of(path, header(":method", "GET")));
    RbacCondition caller =
        i % 2 == 1
            ? new RbacCondition.PeerName(new StringMatch.Exact(NAME + i, false))
            : new RbacCondition.Any();
    return new RbacFilter.Policy(
        "ns[shop]-policy[p" + i + "]-rule[0]", List.of(operation), List.of(caller));
  }

  private static RbacCondition header(String name, String value) {
    return new RbacCondition.Header(
        new HeaderMatch(name, new StringMatch.Exact(value, false), false, false));
  }

  /** A caller that is known by its name. */
  @Benchmark
  public @Nullable InboundCall allowedByName() {
    return gate.begin("/api/v1/resource-249/items?page=2", Reader.INSTANCE, known);
  }

  /** A path that anybody may ask for. */
  @Benchmark
  public @Nullable InboundCall allowedByPath() {
    return gate.begin("/api/v1/resource-248/items?page=2", Reader.INSTANCE, plaintext);
  }

  /** What no policy allows. */
  @Benchmark
  public @Nullable InboundCall denied() {
    return gate.begin("/api/v1/nothing/items?page=2", Reader.INSTANCE, plaintext);
  }

  private static final class NoObserver implements InboundObserver {
    @Override
    public void listening(String hook, int port, String protocol, boolean takesTls) {}

    @Override
    public void closed(int port) {}

    @Override
    public void policyMatched(PolicyMatch match) {}

    @Override
    public void requestEnded(
        int status, int grpcStatus, String flag, long durationNanos, @Nullable String principal) {}
  }

  /** A request that is its path. */
  private static final class Reader implements RequestReader<String> {
    static final Reader INSTANCE = new Reader();

    @Override
    public String host(String request) {
      return "orders.shop";
    }

    @Override
    public int port(String request) {
      return 8080;
    }

    @Override
    public String method(String request) {
      return "GET";
    }

    @Override
    public String path(String request) {
      return request;
    }

    @Override
    public @Nullable String header(String request, String name) {
      return name.equals("x-tenant") ? "tenant-none" : null;
    }

    @Override
    public boolean isReplayable(String request) {
      return false;
    }
  }
}
