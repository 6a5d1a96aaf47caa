/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time from the API's answer to an edit until the last of 200 connected agents has acknowledged
 * what it changed. The policy server is a process of its own; the agents are delta streams of this
 * process, each with a connection of its own, which acknowledge at once.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.PushLatency [EDITS] [AGENTS]}: 200 edits, 200 agents unless told.
 */
public final class PushLatency {
  private static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
  private static final int WARM_UPS = 20;

  private PushLatency() {}

  /** Measures and prints. */
  public static void main(String[] arguments) throws Exception {
    int edits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
    int agents = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
    Path folder = Files.createTempDirectory("weft-push");
    List<Agent> streams = new ArrayList<>();
    Samples millis = new Samples();
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      for (int i = 0; i < 100; i++) {
        server.apply(service(i));
      }
      for (int i = 0; i < agents; i++) {
        streams.add(new Agent(server.address(), i));
      }
      for (int edit = -WARM_UPS; edit < edits; edit++) {
        CountDownLatch acknowledged = new CountDownLatch(agents);
        streams.forEach(agent -> agent.expect(acknowledged));
        server.apply(rule(edit % 2 == 0 ? "RANDOM" : "ROUND_ROBIN"));
        long answered = System.nanoTime();
        if (!acknowledged.await(30, TimeUnit.SECONDS)) {
          throw new IllegalStateException(acknowledged.getCount() + " agents got nothing");
        }
        if (edit >= 0) {
          millis.add((System.nanoTime() - answered) / 1e6);
        }
      }
    } finally {
      streams.forEach(Agent::close);
    }
    System.out.printf(
        "%d edits, %d agents, 100 services: answer to last ACK p50 %.0f ms, p99 %.0f ms, max %.0f"
            + " ms%n",
        edits, agents, millis.median(), millis.quantile(0.99), millis.quantile(1));
  }

  private static String service(int number) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: s%1$d}
    spec:
      hosts: [s%1$d.example]
      ports: [{number: 80, name: http, protocol: HTTP}]
      resolution: STATIC
      endpoints: [{address: 10.0.0.1}]
    """
        .formatted(number);
  }

  private static String rule(String balancing) {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: s7}
    spec:
      host: s7.example
      trafficPolicy: {loadBalancer: {simple: %s}}
    """
        .formatted(balancing);
  }

  /** One agent's stream. */
  private static final class Agent implements StreamObserver<DeltaDiscoveryResponse> {
    private final ManagedChannel channel;
    private final StreamObserver<DeltaDiscoveryRequest> requests;
    private @Nullable CountDownLatch waiting;

    Agent(String address, int number) {
      channel = NettyChannelBuilder.forTarget(address).usePlaintext().directExecutor().build();
      requests = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
      CountDownLatch first = new CountDownLatch(1);
      expect(first);
      requests.onNext(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(CLUSTER)
              .setNode(
                  Node.newBuilder()
                      .setId("sidecar~127.0.0.1~a" + number + ".default~default.svc.cluster.local"))
              .build());
      try {
        if (!first.await(30, TimeUnit.SECONDS)) {
          throw new IllegalStateException("the server did not answer agent " + number);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    synchronized void expect(CountDownLatch latch) {
      waiting = latch;
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      requests.onNext(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(response.getTypeUrl())
              .setResponseNonce(response.getNonce())
              .build());
      synchronized (this) {
        if (waiting != null) {
          waiting.countDown();
          waiting = null;
        }
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}

    void close() {
      channel.shutdownNow();
    }
  }
}
