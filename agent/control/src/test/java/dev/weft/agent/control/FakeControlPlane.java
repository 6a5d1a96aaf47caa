/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import dev.weft.protocol.lite.registry.v1.AnnounceRequest;
import dev.weft.protocol.lite.registry.v1.AnnounceResponse;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A policy server on loopback that says what a test tells it to. */
final class FakeControlPlane {
  private final List<DeltaDiscoveryRequest> requests = new CopyOnWriteArrayList<>();
  private final List<AnnounceRequest> announcements = new CopyOnWriteArrayList<>();
  private final List<StreamObserver<DeltaDiscoveryResponse>> streams = new CopyOnWriteArrayList<>();
  private final AtomicInteger leaves = new AtomicInteger();
  private final Server server;
  private final int port;

  FakeControlPlane() throws IOException {
    this(0);
  }

  FakeControlPlane(int port) throws IOException {
    server =
        OkHttpServerBuilder.forPort(port, InsecureServerCredentials.create())
            .addService(
                ServerServiceDefinition.builder(
                        "envoy.service.discovery.v3.AggregatedDiscoveryService")
                    .addMethod(
                        method(
                            "envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
                            DeltaDiscoveryRequest.parser(),
                            DeltaDiscoveryResponse.parser()),
                        ServerCalls.asyncBidiStreamingCall(
                            responses -> {
                              streams.add(responses);
                              return into(requests, responses::onCompleted);
                            }))
                    .build())
            .addService(
                ServerServiceDefinition.builder("weft.registry.v1.RegistryService")
                    .addMethod(
                        method(
                            "weft.registry.v1.RegistryService/Announce",
                            AnnounceRequest.parser(),
                            AnnounceResponse.parser()),
                        ServerCalls.asyncBidiStreamingCall(
                            responses ->
                                into(
                                    announcements,
                                    () -> {
                                      leaves.incrementAndGet();
                                      responses.onCompleted();
                                    })))
                    .build())
            .build()
            .start();
    this.port = server.getPort();
  }

  int port() {
    return port;
  }

  List<DeltaDiscoveryRequest> requests() {
    return requests;
  }

  List<DeltaDiscoveryRequest> requests(String typeUrl) {
    return requests.stream().filter(request -> request.getTypeUrl().equals(typeUrl)).toList();
  }

  List<AnnounceRequest> announcements() {
    return announcements;
  }

  /** Returns how many agents said that they leave. */
  int leaves() {
    return leaves.get();
  }

  int streams() {
    return streams.size();
  }

  /** Sends on the newest stream. */
  void push(DeltaDiscoveryResponse response) {
    streams.get(streams.size() - 1).onNext(response);
  }

  /** Ends the newest stream. */
  void endStream() {
    streams.get(streams.size() - 1).onCompleted();
  }

  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  private static <T> StreamObserver<T> into(List<T> list, Runnable whenCompleted) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        list.add(value);
      }

      @Override
      public void onError(Throwable t) {
        // The agent went away.
      }

      @Override
      public void onCompleted() {
        whenCompleted.run();
      }
    };
  }

  private static <Q extends MessageLite, R extends MessageLite> MethodDescriptor<Q, R> method(
      String name, Parser<Q> request, Parser<R> response) {
    return MethodDescriptor.<Q, R>newBuilder()
        .setType(MethodType.BIDI_STREAMING)
        .setFullMethodName(name)
        .setRequestMarshaller(new Marshaller<>(request))
        .setResponseMarshaller(new Marshaller<>(response))
        .build();
  }

  private record Marshaller<T extends MessageLite>(Parser<T> parser)
      implements MethodDescriptor.Marshaller<T> {
    @Override
    public InputStream stream(T value) {
      return new ByteArrayInputStream(value.toByteArray());
    }

    @Override
    public T parse(InputStream stream) {
      try {
        return parser.parseFrom(stream);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalArgumentException(e);
      }
    }
  }
}
