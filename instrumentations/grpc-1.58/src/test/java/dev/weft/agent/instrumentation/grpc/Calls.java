/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Calls as generated stubs make them. */
final class Calls {
  private Calls() {}

  /** Options with a deadline that only a hanging test meets. */
  static CallOptions patient() {
    return CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  static ManagedChannel channel() {
    return Transport.NETTY.builder("orders.mesh:80").build();
  }

  static String get(Channel channel, String request) {
    return get(channel, request, patient());
  }

  static String get(Channel channel, String request, CallOptions options) {
    return ClientCalls.blockingUnaryCall(channel, Methods.UNARY, options, request);
  }

  /** Returns the exception that a unary call fails with. */
  static StatusRuntimeException failure(Channel channel, CallOptions options) {
    try {
      throw new AssertionError("answered: " + get(channel, "a", options));
    } catch (StatusRuntimeException e) {
      return e;
    }
  }

  static List<String> list(Channel channel, String request) {
    List<String> received = new ArrayList<>();
    Iterator<String> messages =
        ClientCalls.blockingServerStreamingCall(
            channel, Methods.SERVER_STREAMING, patient(), request);
    try {
      messages.forEachRemaining(received::add);
    } catch (StatusRuntimeException e) {
      received.add(e.getStatus().getCode().toString());
    }
    return received;
  }

  /** Starts a call that the application streams messages to. */
  static Conversation collect(Channel channel) {
    Conversation conversation = new Conversation();
    conversation.requests =
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(Methods.CLIENT_STREAMING, patient()), conversation);
    return conversation;
  }

  static Conversation talk(Channel channel) {
    Conversation conversation = new Conversation();
    conversation.requests =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(Methods.BIDI, patient()), conversation);
    return conversation;
  }

  /** Starts a unary call whose end is in the future's value. */
  static Closing start(Channel channel, CallOptions options) {
    ClientCall<String, String> call = channel.newCall(Methods.UNARY, options);
    Closing closing = new Closing(call);
    call.start(closing, new Metadata());
    call.request(2);
    call.sendMessage("a");
    call.halfClose();
    return closing;
  }

  /** A call's end. */
  static final class Closing extends ClientCall.Listener<String> {
    final ClientCall<String, String> call;
    final CompletableFuture<Status> status = new CompletableFuture<>();
    volatile Metadata trailers = new Metadata();
    volatile Metadata headers = new Metadata();
    volatile String message = "";

    Closing(ClientCall<String, String> call) {
      this.call = call;
    }

    @Override
    public void onHeaders(Metadata received) {
      headers = received;
    }

    @Override
    public void onMessage(String received) {
      message = received;
    }

    @Override
    public void onClose(Status closedWith, Metadata received) {
      trailers = received;
      status.complete(closedWith);
    }

    Status await() {
      return status.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  /** A stream's two ends. */
  static final class Conversation implements StreamObserver<String> {
    final List<String> received = new ArrayList<>();
    final CompletableFuture<Status> status = new CompletableFuture<>();
    StreamObserver<String> requests = this;

    @Override
    public synchronized void onNext(String value) {
      received.add(value);
      notifyAll();
    }

    @Override
    public void onError(Throwable t) {
      status.complete(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
      status.complete(Status.OK);
    }

    Status await() {
      return status.orTimeout(20, TimeUnit.SECONDS).join();
    }

    synchronized List<String> received(int count) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (received.size() < count && System.nanoTime() < end) {
        wait(100);
      }
      return List.copyOf(received);
    }
  }
}
