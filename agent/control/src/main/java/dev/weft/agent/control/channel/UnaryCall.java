/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One message there and one back. */
final class UnaryCall<R> extends ClientCall.Listener<R> {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final CompletableFuture<R> answer = new CompletableFuture<>();
  private @Nullable R message;

  private UnaryCall() {}

  static <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> start(
      ManagedChannel channel,
      String fullMethod,
      Parser<Q> request,
      Parser<R> response,
      Q message,
      @Nullable String bearer,
      Duration limit) {
    MethodDescriptor<Q, R> method =
        MethodDescriptor.<Q, R>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(fullMethod)
            .setRequestMarshaller(new LiteMarshaller<>(request))
            .setResponseMarshaller(new LiteMarshaller<>(response))
            .build();
    ClientCall<Q, R> call =
        channel.newCall(
            method, CallOptions.DEFAULT.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS));
    Metadata headers = new Metadata();
    if (bearer != null) {
      headers.put(AUTHORIZATION, "Bearer " + bearer);
    }
    UnaryCall<R> listener = new UnaryCall<>();
    call.start(listener, headers);
    call.request(2); // a second would be an error, and is to be seen
    call.sendMessage(message);
    call.halfClose();
    return listener.answer;
  }

  @Override
  public void onMessage(R received) {
    message = received;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (!status.isOk()) {
      answer.completeExceptionally(status.asRuntimeException());
    } else if (message == null) {
      answer.completeExceptionally(
          Status.INTERNAL.withDescription("an answer without a message").asRuntimeException());
    } else {
      answer.complete(message);
    }
  }
}
