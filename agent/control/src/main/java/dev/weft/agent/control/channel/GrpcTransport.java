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

/** A stream over gRPC. The channel's executor is the control loop, so callbacks come there. */
final class GrpcTransport<Q extends MessageLite, R extends MessageLite>
    implements BidiTransport<Q, R> {
  private final ManagedChannel channel;
  private final MethodDescriptor<Q, R> method;

  GrpcTransport(ManagedChannel channel, String fullMethod, Parser<Q> request, Parser<R> response) {
    this.channel = channel;
    this.method =
        MethodDescriptor.<Q, R>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(fullMethod)
            .setRequestMarshaller(new LiteMarshaller<>(request))
            .setResponseMarshaller(new LiteMarshaller<>(response))
            .build();
  }

  @Override
  public Exchange<Q> open(Observer<R> observer) {
    // We wait between attempts ourselves; the channel's own wait would come on top of ours.
    channel.resetConnectBackoff();
    ClientCall<Q, R> call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(new CallListener<>(observer), new Metadata());
    call.request(1);
    return new GrpcExchange<>(call);
  }

  private record GrpcExchange<Q, R>(ClientCall<Q, R> call) implements Exchange<Q> {
    @Override
    public void send(Q message) {
      call.sendMessage(message);
    }

    @Override
    public void requestNext() {
      call.request(1);
    }

    @Override
    public void finish() {
      call.halfClose();
    }

    @Override
    public void cancel(String reason) {
      call.cancel(reason, null);
    }
  }

  private static final class CallListener<R> extends ClientCall.Listener<R> {
    private final Observer<R> observer;
    private boolean connected;

    CallListener(Observer<R> observer) {
      this.observer = observer;
    }

    @Override
    public void onReady() {
      if (!connected) {
        connected = true;
        observer.connected();
      }
    }

    @Override
    public void onMessage(R message) {
      observer.received(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      StringBuilder reason = new StringBuilder().append(status.getCode());
      if (status.getDescription() != null) {
        reason.append(": ").append(status.getDescription());
      }
      if (status.getCause() != null) {
        reason.append(", ").append(status.getCause().getMessage());
      }
      observer.closed(reason.toString().replace('\n', ' '));
    }
  }
}
