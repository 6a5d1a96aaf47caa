/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Reply;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call that the mesh answers; what the client still sends goes nowhere. */
final class AnsweredCall<ReqT> extends ServerCall.Listener<ReqT> {
  private final ServerCall<ReqT, ?> call;
  private final InboundCall inbound;
  private final Status status;
  private final Metadata trailers;
  private final AtomicBoolean over = new AtomicBoolean();

  private AnsweredCall(
      ServerCall<ReqT, ?> call, InboundCall inbound, Status status, Metadata trailers) {
    this.call = call;
    this.inbound = inbound;
    this.status = status;
    this.trailers = trailers;
  }

  /** Closes the call with the reply, after its delay. */
  static <ReqT> ServerCall.Listener<ReqT> answer(
      ServerCall<ReqT, ?> call, InboundCall inbound, Reply reply) {
    AnsweredCall<ReqT> answered =
        new AnsweredCall<>(call, inbound, Statuses.of(reply), Statuses.trailers(reply));
    if (reply.delayNanos() > 0) {
      CompletableFuture.delayedExecutor(reply.delayNanos(), TimeUnit.NANOSECONDS)
          .execute(answered::close);
    } else {
      answered.close();
    }
    return answered;
  }

  @Override
  public void onCancel() {
    if (over.compareAndSet(false, true)) {
      inbound.end(0, Status.Code.CANCELLED.value());
    }
  }

  private void close() {
    if (over.compareAndSet(false, true)) {
      call.close(status, trailers);
      inbound.end(200, status.getCode().value());
    }
  }
}
