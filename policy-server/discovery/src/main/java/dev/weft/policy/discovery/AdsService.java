/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** ADS, incremental only. Thread-safe. */
final class AdsService extends AggregatedDiscoveryServiceImplBase {
  private final AdsContext context;
  private final Executor threads;
  private final Set<DeltaStream> streams = ConcurrentHashMap.newKeySet();

  AdsService(AdsContext context, Executor threads) {
    this.context = context;
    this.threads = threads;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> responses) {
    ServerCallStreamObserver<DeltaDiscoveryResponse> call =
        (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses;
    DeltaStream stream =
        new DeltaStream(call, context, new SerialExecutor(threads), AgentIdentity.KEY.get());
    streams.add(stream);
    call.setOnReadyHandler(() -> stream.execute(stream::push));
    call.setOnCancelHandler(
        () -> {
          streams.remove(stream);
          stream.execute(stream::cancelled);
        });
    return new StreamObserver<>() {
      @Override
      public void onNext(DeltaDiscoveryRequest request) {
        stream.execute(() -> stream.take(request));
      }

      @Override
      public void onError(Throwable cause) {
        streams.remove(stream);
        stream.execute(stream::cancelled);
      }

      @Override
      public void onCompleted() {
        streams.remove(stream);
        stream.execute(stream::complete);
      }
    };
  }

  /** Lets every stream send what has changed for it. */
  void push() {
    for (DeltaStream stream : streams) {
      stream.execute(stream::push);
    }
  }

  /** Returns how many agents are connected. */
  int connected() {
    return streams.size();
  }

  /** Ends all streams, so that the agents look for another server. */
  void close() {
    for (DeltaStream stream : streams) {
      stream.execute(
          () -> stream.end(Status.UNAVAILABLE.withDescription("the policy server is stopping")));
    }
  }
}
