/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With grpc-java's own client. */
@Timeout(60)
class GrpcServicesTest {
  private static final int MAX_MESSAGE_BYTES = 8 << 20;
  private static final MethodDescriptor<String, String> UNARY =
      method(MethodDescriptor.MethodType.UNARY, "Unary");
  private static final MethodDescriptor<String, String> BIDI =
      method(MethodDescriptor.MethodType.BIDI_STREAMING, "Bidi");
  private static final MethodDescriptor<String, String> MANY =
      method(MethodDescriptor.MethodType.SERVER_STREAMING, "Many");

  private static final MethodDescriptor<String, String> BRIEF =
      method(MethodDescriptor.MethodType.UNARY, "test.Brief", "Unary");

  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final AtomicInteger sent = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("test.Test")
            .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcServicesTest::unary))
            .addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(this::echo))
            .addMethod(MANY, ServerCalls.asyncServerStreamingCall(this::many))
            .build();
    ServerBuilder builder = Server.builder().localPort(0, SessionProtocol.HTTP);
    GrpcServices.addTo(
        builder, List.of(() -> service), new GrpcServices.Limits(MAX_MESSAGE_BYTES, null));
    ServerServiceDefinition brief =
        ServerServiceDefinition.builder("test.Brief")
            .addMethod(BRIEF, ServerCalls.asyncUnaryCall(GrpcServicesTest::unary))
            .build();
    GrpcServices.addTo(
        builder, List.of(() -> brief), new GrpcServices.Limits(1, Duration.ofMillis(50)));
    server = builder.build();
    server.start().join();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.activeLocalPort())
            .usePlaintext()
            .maxInboundMessageSize(2 * MAX_MESSAGE_BYTES)
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    CompletableFuture<Void> unused = server.stop(); // nobody waits for it
  }

  @Test
  void aUnaryCallIsAnswered() {
    assertThat(call("hello")).isEqualTo("hello!");
  }

  @Test
  void largeMessagesPassBothWays() {
    String large = "x".repeat(5 << 20);

    assertThat(call(large)).isEqualTo(large + "!");
  }

  @Test
  void aMessageThatIsTooLargeEndsTheCall() {
    assertThatThrownBy(() -> call("x".repeat(MAX_MESSAGE_BYTES + 1)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(call("next")).isEqualTo("next!");
  }

  @Test
  void aCallThatDoesNotComeToItsEndIsEnded() throws InterruptedException {
    BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
    ClientCall<String, String> call = channel.newCall(BRIEF, CallOptions.DEFAULT);

    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ends.add(status);
          }
        },
        new Metadata());
    call.sendMessage("x"); // and no end of the request

    assertThat(ends.poll(20, TimeUnit.SECONDS))
        .isNotNull()
        .extracting(Status::getCode)
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aStatusReachesTheClientWithItsDescription() {
    assertThatThrownBy(() -> call("fail"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e.getStatus().getDescription()).isEqualTo("50 % of ünïcode\n");
            });
  }

  @Test
  void aFaultOfTheServiceEndsTheCall() {
    assertThatThrownBy(() -> call("throw"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
  }

  @Test
  void anUnknownMethodIsUnimplemented() {
    MethodDescriptor<String, String> unknown = method(MethodDescriptor.MethodType.UNARY, "Unknown");

    assertThatThrownBy(
            () -> ClientCalls.blockingUnaryCall(channel, unknown, CallOptions.DEFAULT, ""))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void aStreamGoesBothWaysUntilTheClientIsDone() throws InterruptedException {
    Received received = new Received();
    StreamObserver<String> requests =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(BIDI, CallOptions.DEFAULT), received);

    for (int i = 0; i < 100; i++) {
      requests.onNext("m" + i);
      assertThat(received.next()).isEqualTo("m" + i + "!");
    }
    requests.onCompleted();

    assertThat(received.end()).isEqualTo(Status.OK);
  }

  @Test
  void theServiceIsToldThatTheClientWent() throws InterruptedException {
    Received received = new Received();
    ClientCall<String, String> call = channel.newCall(BIDI, CallOptions.DEFAULT);
    StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(call, received);
    requests.onNext("a");
    received.next();

    call.cancel("enough", null);

    assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theServiceIsToldThatTheConnectionBroke() throws InterruptedException {
    Received received = new Received();
    StreamObserver<String> requests =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(BIDI, CallOptions.DEFAULT), received);
    requests.onNext("a");
    received.next();

    channel.shutdownNow();

    assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theServiceCanEndAStream() throws InterruptedException {
    Received received = new Received();
    StreamObserver<String> requests =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(BIDI, CallOptions.DEFAULT), received);

    requests.onNext("a");
    received.next();
    requests.onNext("end");

    assertThat(received.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aServiceThatHeedsReadinessDoesNotRunAheadOfASlowClient() throws InterruptedException {
    BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    CountDownLatch done = new CountDownLatch(1);
    ClientCall<String, String> call = channel.newCall(MANY, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(String message) {
            messages.add(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            done.countDown();
          }
        },
        new Metadata());
    call.sendMessage("");
    call.halfClose();
    call.request(1);
    assertThat(messages.poll(20, TimeUnit.SECONDS)).hasSize(10_000);

    int ahead = sent.get();
    call.request(1000);

    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(ahead).isLessThan(500);
    assertThat(messages).hasSize(999);
  }

  @Test
  void manyStreamsShareAConnection() throws InterruptedException {
    List<Received> all = java.util.stream.Stream.generate(Received::new).limit(150).toList();
    List<StreamObserver<String>> requests =
        all.stream()
            .map(
                received ->
                    ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(BIDI, CallOptions.DEFAULT), received))
            .toList();

    requests.forEach(request -> request.onNext("a"));
    for (Received received : all) {
      assertThat(received.next()).isEqualTo("a!");
    }
    requests.forEach(StreamObserver::onCompleted);
    for (Received received : all) {
      assertThat(received.end()).isEqualTo(Status.OK);
    }
  }

  private String call(String message) {
    return ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, message);
  }

  private static void unary(String request, StreamObserver<String> responses) {
    switch (request) {
      case "fail" ->
          responses.onError(
              Status.INVALID_ARGUMENT.withDescription("50 % of ünïcode\n").asException());
      case "throw" -> throw new IllegalStateException("a fault of the test's service");
      default -> {
        responses.onNext(request + "!");
        responses.onCompleted();
      }
    }
  }

  private StreamObserver<String> echo(StreamObserver<String> responses) {
    ((ServerCallStreamObserver<String>) responses).setOnCancelHandler(cancelled::countDown);
    return new StreamObserver<>() {
      @Override
      public void onNext(String request) {
        if (request.equals("end")) {
          responses.onError(Status.UNAVAILABLE.asException());
        } else {
          responses.onNext(request + "!");
        }
      }

      @Override
      public void onError(Throwable failure) {
        cancelled.countDown();
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  private void many(String request, StreamObserver<String> responses) {
    ServerCallStreamObserver<String> call = (ServerCallStreamObserver<String>) responses;
    call.setOnReadyHandler(
        () -> {
          while (call.isReady() && sent.get() < 1000) {
            call.onNext("x".repeat(10_000));
            if (sent.incrementAndGet() == 1000) {
              call.onCompleted();
            }
          }
        });
  }

  private static MethodDescriptor<String, String> method(
      MethodDescriptor.MethodType type, String name) {
    return method(type, "test.Test", name);
  }

  private static MethodDescriptor<String, String> method(
      MethodDescriptor.MethodType type, String service, String name) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName(service + "/" + name)
        .setRequestMarshaller(new Text())
        .setResponseMarshaller(new Text())
        .build();
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Received implements StreamObserver<String> {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();

    @Override
    public void onNext(String message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      ends.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ends.add(Status.OK);
    }

    String next() throws InterruptedException {
      return String.valueOf(messages.poll(20, TimeUnit.SECONDS));
    }

    Status end() throws InterruptedException {
      Status end = ends.poll(20, TimeUnit.SECONDS);
      assertThat(end).as("an end within 20 s").isNotNull();
      return end;
    }
  }
}
