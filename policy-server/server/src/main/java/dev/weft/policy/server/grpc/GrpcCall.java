/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.grpc;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.grpc.protocol.ArmeriaMessageDeframer;
import com.linecorp.armeria.common.grpc.protocol.ArmeriaStatusException;
import com.linecorp.armeria.common.grpc.protocol.DeframedMessage;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One call. Its listener is called on the event loop of the connection, one call at a time;
 * messages may be sent from any thread, one at a time.
 */
final class GrpcCall<Q, R> extends ServerCall<Q, R> implements Subscriber<DeframedMessage> {
  private static final Logger LOGGER = System.getLogger(GrpcCall.class.getName());

  /** With more than this on its way to the client a call is not ready for the next message. */
  private static final int READY_BELOW_BYTES = 32 << 10;

  private static final int FRAME_HEADER_BYTES = 5;
  private static final byte UNCOMPRESSED = 0;

  private final MethodDescriptor<Q, R> method;
  private final ServiceRequestContext context;
  private final HttpResponseWriter writer = HttpResponse.streaming();
  private final Executor eventLoop;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private volatile boolean isClosedByService;
  private volatile boolean isCancelled;
  private volatile boolean areHeadersSent;

  /** Touched on the event loop only, as the next are. */
  private Listener<Q> listener = new Listener<>() {};

  private @Nullable Subscription subscription;
  private int requestedBeforeSubscription;

  private GrpcCall(MethodDescriptor<Q, R> method, ServiceRequestContext context) {
    this.method = method;
    this.context = context;
    this.eventLoop = context.eventLoop().withoutContext();
  }

  /** Starts a call of a method. */
  static <Q, R> HttpResponse start(
      ServerMethodDefinition<Q, R> definition,
      ServiceRequestContext context,
      HttpRequest request,
      GrpcServices.Limits limits) {
    GrpcCall<Q, R> call = new GrpcCall<>(definition.getMethodDescriptor(), context);
    call.eventLoop.execute(
        () ->
            call.safely(
                () -> {
                  Metadata metadata = GrpcHeaders.metadata(request.headers());
                  call.listener = definition.getServerCallHandler().startCall(call, metadata);
                  request
                      .decode(
                          new ArmeriaMessageDeframer(
                              limits.maxMessageBytes(), context.alloc(), /* grpcWebText= */ false),
                          context.alloc())
                      .subscribe(call, context.eventLoop());
                  call.listener.onReady();
                }));
    CompletableFuture<?> unused =
        call.writer.whenComplete().whenCompleteAsync(call::ended, call.eventLoop);
    if (limits.timeout() != null) {
      call.endAfter(limits.timeout());
    }
    return call.writer;
  }

  private void endAfter(Duration timeout) {
    Future<?> end =
        context
            .eventLoop()
            .withoutContext()
            .schedule(
                () ->
                    end(
                        Status.DEADLINE_EXCEEDED.withDescription(
                            "the call took longer than " + timeout.toMillis() + " ms")),
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
    CompletableFuture<?> unused =
        writer.whenComplete().whenComplete((done, failure) -> end.cancel(false));
  }

  private void ended(@Nullable Void done, @Nullable Throwable failure) {
    if (subscription != null) {
      subscription.cancel();
    }
    if (failure == null && isClosedByService) {
      safely(() -> listener.onComplete());
    } else {
      isCancelled = true;
      safely(() -> listener.onCancel());
    }
  }

  @Override
  public void onSubscribe(Subscription started) {
    subscription = started;
    if (requestedBeforeSubscription > 0) {
      started.request(requestedBeforeSubscription);
    }
  }

  @Override
  public void onNext(DeframedMessage message) {
    safely(
        () -> {
          try (InputStream in = content(message)) {
            listener.onMessage(method.parseRequest(in));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static InputStream content(DeframedMessage message) {
    // A buffer, as nothing is compressed.
    return new ByteBufInputStream(Objects.requireNonNull(message.buf()), true);
  }

  @Override
  public void onError(Throwable failure) {
    // The client is gone, or its bytes are no messages, or too many.
    end(
        failure instanceof ArmeriaStatusException known
            ? Status.fromCodeValue(known.getCode()).withDescription(known.getMessage())
            : Status.fromThrowable(failure));
  }

  @Override
  public void onComplete() {
    safely(() -> listener.onHalfClose());
  }

  @Override
  public void request(int messages) {
    if (context.eventLoop().inEventLoop()) {
      requestNow(messages);
    } else {
      eventLoop.execute(() -> requestNow(messages));
    }
  }

  private void requestNow(int messages) {
    if (subscription == null) {
      requestedBeforeSubscription += messages;
    } else {
      subscription.request(messages);
    }
  }

  @Override
  public void sendHeaders(Metadata headers) {
    areHeadersSent = true;
    boolean unused = writer.tryWrite(GrpcHeaders.start());
  }

  @Override
  public void sendMessage(R message) {
    HttpData frame = HttpData.wrap(frame(message)).withEndOfStream(false);
    int length = frame.length();
    waitingBytes.addAndGet(length);
    if (writer.tryWrite(frame)) {
      CompletableFuture<?> unused = writer.whenConsumed().thenRun(() -> consumed(length));
    }
  }

  private ByteBuf frame(R message) {
    try (InputStream in = method.streamResponse(message)) {
      ByteBuf frame = context.alloc().buffer(FRAME_HEADER_BYTES + in.available());
      try (ByteBufOutputStream out = new ByteBufOutputStream(frame)) {
        out.writeByte(UNCOMPRESSED);
        out.writeInt(0);
        in.transferTo(out);
      } catch (IOException | RuntimeException e) {
        frame.release();
        throw e;
      }
      return frame.setInt(1, frame.readableBytes() - FRAME_HEADER_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException("a message cannot be written", e);
    }
  }

  private void consumed(int length) {
    long waiting = waitingBytes.addAndGet(-length);
    if (waiting < READY_BELOW_BYTES && waiting + length >= READY_BELOW_BYTES) {
      eventLoop.execute(() -> safely(() -> listener.onReady()));
    }
  }

  @Override
  public boolean isReady() {
    return !isClosed.get() && waitingBytes.get() < READY_BELOW_BYTES;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    isClosedByService = !isClosed.get();
    end(status);
  }

  private void end(Status status) {
    if (isClosed.compareAndSet(false, true)) {
      boolean unused =
          areHeadersSent
              ? writer.tryWrite(GrpcHeaders.trailers(status))
              : writer.tryWrite(GrpcHeaders.trailersOnly(status));
      writer.close();
    }
  }

  @Override
  public Attributes getAttributes() {
    Attributes.Builder attributes =
        Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, context.remoteAddress());
    SSLSession session = context.sslSession();
    if (session != null) {
      attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
    }
    return attributes.build();
  }

  @Override
  public boolean isCancelled() {
    return isCancelled;
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return method;
  }

  /** Runs code of the service; what it throws ends the call. */
  private void safely(Runnable code) {
    try {
      code.run();
    } catch (RuntimeException | LinkageError e) {
      LOGGER.log(Level.ERROR, "The call " + method.getFullMethodName() + " failed", e);
      end(Status.INTERNAL.withDescription("a fault of the server; its log says more"));
    }
  }
}
