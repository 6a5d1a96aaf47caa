/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.AttemptScopes;
import dev.weft.agent.seam.Outbound;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One attempt as a call of the library's own, from its start until it closes. It tells the mesh how
 * the attempt went, and the application what it shall see of it.
 *
 * <p>The library calls back one after the other; only the timer comes in between.
 */
final class AttemptRun<ReqT, RespT> extends ClientCall.Listener<RespT> {
  private final MeshedCall<ReqT, RespT> owner;
  private final DecidingCall<ReqT, RespT> request;
  private final ClientCall.Listener<RespT> listener;
  private final Attempt attempt;
  private final AttemptStream stream;
  private volatile @Nullable ClientCall<ReqT, RespT> call;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);
  private volatile @Nullable CompletableFuture<@Nullable Void> timer;

  AttemptRun(
      MeshedCall<ReqT, RespT> owner,
      DecidingCall<ReqT, RespT> request,
      ClientCall.Listener<RespT> listener,
      Attempt attempt) {
    this.owner = owner;
    this.request = request;
    this.listener = listener;
    this.attempt = attempt;
    this.stream = new AttemptStream(attempt, request.mesh().transports());
  }

  /** Sends the attempt's headers. */
  void start(Metadata original) {
    Metadata headers = new Metadata();
    headers.merge(original); // the library adds to what it is given
    if (attempt.mutatesRequest()) {
      attempt.mutateRequest(headers, MetadataHeaders.INSTANCE);
    }
    Context previous = request.context().attach();
    AttemptScopes.Scope scope = Outbound.enter(attempt); // known to tracing meanwhile
    try {
      ClientCall<ReqT, RespT> newCall = channel().newCall(method(), options());
      call = newCall;
      newCall.start(this, headers);
    } finally {
      scope.close();
      request.context().detach(previous);
    }
  }

  ClientCall<ReqT, RespT> call() {
    ClientCall<ReqT, RespT> current = call;
    if (current == null) {
      throw new IllegalStateException("not started");
    }
    return current;
  }

  long bytesSent() {
    return stream.bytesSent();
  }

  /** Tells that the attempt was given the whole request: from now on its response may time out. */
  void requestIsComplete() {
    long nanos = attempt.timeoutNanos();
    if (nanos <= 0) {
      return;
    }
    CompletableFuture<@Nullable Void> newTimer = new CompletableFuture<>();
    CompletableFuture<?> unused = newTimer.thenRun(this::timeOut);
    timer = newTimer;
    newTimer.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    if (phase.get() != Phase.OPEN) {
      newTimer.cancel(false);
    }
  }

  /** Ends an attempt that could not be started. */
  void failedToStart() {
    if (phase.compareAndSet(Phase.OPEN, Phase.DISCARDED)) {
      attempt.failed(Failure.OTHER);
    }
  }

  @Override
  public void onHeaders(Metadata headers) {
    if (!leave(Phase.DELIVERED)) {
      return; // it timed out: what comes is too late
    }
    long wait = attempt.headers(200, -1, headers, MetadataHeaders.INSTANCE);
    if (wait >= 0) {
      phase.set(Phase.DISCARDED);
      owner.discardAndRetry(this, wait);
      return;
    }
    owner.responseBegins();
    if (attempt.mutatesResponse()) {
      attempt.mutateResponse(headers, MetadataHeaders.INSTANCE);
    }
    listener.onHeaders(headers);
  }

  @Override
  public void onMessage(RespT message) {
    if (phase.get() == Phase.DELIVERED) {
      listener.onMessage(message);
    }
  }

  @Override
  public void onReady() {
    Phase current = phase.get();
    if (current == Phase.OPEN || current == Phase.DELIVERED) {
      listener.onReady();
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (phase.get() == Phase.DELIVERED) {
      attempt.end(ending(status), status.getCode().value());
      deliver(status, trailers);
    } else if (leave(Phase.CLOSED) || phase.get() == Phase.TIMED_OUT) {
      closedEarly(status, trailers);
    }
  }

  /** Before any response headers: with the peer's status, or with a failure. */
  private void closedEarly(Status status, Metadata trailers) {
    Failure failure = failure(status);
    if (failure == null) {
      int httpStatus = Statuses.httpStatus(status);
      long wait =
          attempt.headers(
              httpStatus == 0 ? 200 : httpStatus,
              status.getCode().value(),
              trailers,
              MetadataHeaders.INSTANCE);
      if (wait >= 0) {
        owner.retry(wait);
        return;
      }
      if (attempt.mutatesResponse()) {
        attempt.mutateResponse(trailers, MetadataHeaders.INSTANCE);
      }
      attempt.end(Ending.COMPLETE, status.getCode().value());
      deliver(status, trailers);
      return;
    }
    long wait = attempt.failed(failure);
    if (wait >= 0) {
      owner.retry(wait);
    } else if (failure == Failure.CONNECT && request.options().isWaitForReady()) {
      owner.beginAnew();
    } else {
      deliver(failure == Failure.TIMEOUT ? Statuses.UPSTREAM_TIMEOUT : status, trailers);
    }
  }

  private void deliver(Status status, Metadata trailers) {
    owner.ended();
    listener.onClose(status, trailers);
  }

  /** Returns why there is no answer of the peer; null if there is one. */
  private @Nullable Failure failure(Status status) {
    if (phase.get() == Phase.TIMED_OUT) {
      return Failure.TIMEOUT;
    }
    if (stream.wasAnswered() || Statuses.httpStatus(status) != 0) {
      return null;
    }
    if (stream.couldNotConnect()) {
      return Failure.CONNECT;
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> Failure.APPLICATION_TIMEOUT;
      case CANCELLED ->
          owner.isCancelled() || !Statuses.isOfTransport(status)
              ? Failure.CANCELLED
              : Failure.RESET;
      case UNAVAILABLE -> {
        if (request.mesh().isShutdownNow()) {
          yield Failure.CANCELLED;
        }
        yield !stream.wasSent() || Statuses.isRefusedStream(status)
            ? Failure.REFUSED_STREAM
            : Failure.RESET;
      }
      default -> Statuses.isOfTransport(status) ? Failure.RESET : Failure.OTHER;
    };
  }

  private Ending ending(Status status) {
    if (stream.wasAnswered()) {
      return Ending.COMPLETE;
    }
    boolean ofApplication =
        switch (status.getCode()) {
          case CANCELLED -> owner.isCancelled() || !Statuses.isOfTransport(status);
          case DEADLINE_EXCEEDED -> true;
          default -> false;
        };
    return ofApplication ? Ending.CANCELLED : Ending.BROKEN;
  }

  private void timeOut() {
    if (phase.compareAndSet(Phase.OPEN, Phase.TIMED_OUT)) {
      owner.cancel(this);
    }
  }

  private boolean leave(Phase next) {
    boolean left = phase.compareAndSet(Phase.OPEN, next);
    CompletableFuture<@Nullable Void> running = timer;
    if (left && running != null) {
      running.cancel(false);
    }
    return left;
  }

  private Channel channel() {
    return attempt.address() == null ? request.next() : request.mesh().channel();
  }

  private CallOptions options() {
    String authority = attempt.authority();
    CallOptions options = request.options();
    return stream.addTo(authority == null ? options : options.withAuthority(authority));
  }

  private MethodDescriptor<ReqT, RespT> method() {
    String path = attempt.path();
    if (path == null) {
      return request.method();
    }
    int query = path.indexOf('?');
    String name = path.substring(1, query < 0 ? path.length() : query);
    return request.method().toBuilder().setFullMethodName(name).build();
  }

  private enum Phase {
    /** Nothing came yet. */
    OPEN,
    /** The response has begun and goes to the application. */
    DELIVERED,
    /** It took too long, and was cancelled by us. */
    TIMED_OUT,
    /** What it says goes to nobody. */
    DISCARDED,
    /** It closed before response headers came. */
    CLOSED
  }
}
