/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** A real server, which answers with its name and remembers what came in. */
final class OrdersServer implements AutoCloseable {

  final List<Metadata> headers = new CopyOnWriteArrayList<>();
  final List<String> authorities = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger calls = new AtomicInteger();
  final AtomicInteger cancelled = new AtomicInteger();

  private final String name;
  private final Server server;
  private final int port;

  /** What to answer a unary call with, by its number from 1: a status or null for a message. */
  private volatile Function<Integer, Status> statuses = number -> Status.OK;

  private volatile boolean answering = true;
  private final ConcurrentLinkedQueue<StreamObserver<String>> unanswered =
      new ConcurrentLinkedQueue<>();

  OrdersServer(String name) {
    this(name, 0);
  }

  OrdersServer(String name, int wantedPort) {
    this(name, NettyServerBuilder.forAddress(loopback(wantedPort)));
  }

  /** Starts a server of the transport, and as secured, as the builder says. */
  OrdersServer(String name, ServerBuilder<?> builder) {
    this.name = name;
    try {
      this.server =
          builder
              .addService(service())
              .intercept(new Recorder())
              .addTransportFilter(new ConnectionCounter())
              .build()
              .start();
      this.port = server.getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  int port() {
    return port;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
  }

  /** Lets unary calls end with a status, by the number of the call from 1. */
  OrdersServer answering(Function<Integer, Status> newStatuses) {
    statuses = newStatuses;
    return this;
  }

  /** Lets calls come in and hang. */
  OrdersServer hanging() {
    answering = false;
    return this;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The listener is closed on a thread of its own; until then the kernel takes connections.
    Awaitility.await().until(() -> !isListening(port));
  }

  private static boolean isListening(int port) {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(Methods.SERVICE)
        .addMethod(Methods.UNARY, ServerCalls.asyncUnaryCall(this::get))
        .addMethod(Methods.SERVER_STREAMING, ServerCalls.asyncServerStreamingCall(this::list))
        .addMethod(Methods.CLIENT_STREAMING, ServerCalls.asyncClientStreamingCall(this::collect))
        .addMethod(Methods.BIDI, ServerCalls.asyncBidiStreamingCall(this::talk))
        .build();
  }

  private void get(String request, StreamObserver<String> response) {
    if (!answering) {
      unanswered.add(response);
      return;
    }
    Status status = statuses.apply(calls.get());
    if (status.isOk()) {
      response.onNext(name + ":" + request);
      response.onCompleted();
    } else {
      response.onError(status.asRuntimeException());
    }
  }

  private void list(String request, StreamObserver<String> response) {
    Status status = statuses.apply(calls.get());
    if (!status.isOk()) {
      response.onError(status.asRuntimeException());
      return;
    }
    for (String part : request.split(",", -1)) {
      if (part.equals("break")) {
        response.onError(Status.ABORTED.withDescription("broke").asRuntimeException());
        return;
      }
      response.onNext(name + ":" + part);
    }
    response.onCompleted();
  }

  private StreamObserver<String> collect(StreamObserver<String> response) {
    List<String> parts = new ArrayList<>();
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        parts.add(value);
      }

      @Override
      public void onError(Throwable t) {
        cancelled.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        get(String.join("+", parts), response);
      }
    };
  }

  private StreamObserver<String> talk(StreamObserver<String> response) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        response.onNext(name + ":" + value);
      }

      @Override
      public void onError(Throwable t) {
        cancelled.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        response.onCompleted();
      }
    };
  }

  private final class Recorder implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata received, ServerCallHandler<ReqT, RespT> next) {
      calls.incrementAndGet();
      headers.add(received);
      authorities.add(String.valueOf(call.getAuthority()));
      return next.startCall(call, received);
    }
  }

  private final class ConnectionCounter extends ServerTransportFilter {
    @Override
    public Attributes transportReady(Attributes attributes) {
      connections.incrementAndGet();
      return attributes;
    }
  }
}
