/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.InboundCall;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** A call that the application handles; tells the mesh how it ended. */
final class ObservedServerCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
  private final InboundCall inbound;
  private volatile @Nullable Status closedWith;

  ObservedServerCall(ServerCall<ReqT, RespT> call, InboundCall inbound) {
    super(call);
    this.inbound = inbound;
  }

  ServerCall.Listener<ReqT> observing(ServerCall.Listener<ReqT> listener) {
    return new EndListener(listener);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    closedWith = status;
    super.close(status, trailers);
  }

  private final class EndListener extends SimpleForwardingServerCallListener<ReqT> {
    EndListener(ServerCall.Listener<ReqT> listener) {
      super(listener);
    }

    @Override
    public void onComplete() {
      Status status = closedWith; // null: the application threw, and the library closed the call
      inbound.end(200, (status == null ? Status.UNKNOWN : status).getCode().value());
      super.onComplete();
    }

    @Override
    public void onCancel() {
      Status status = closedWith;
      if (status == null) {
        inbound.end(0, Status.Code.CANCELLED.value());
      } else {
        inbound.end(200, status.getCode().value());
      }
      super.onCancel();
    }
  }
}
