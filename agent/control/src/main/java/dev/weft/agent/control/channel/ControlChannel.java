/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC channel to the policy server, shared by all streams. Its callbacks come on the control
 * loop; only reading from the socket, resolving the server's name and gRPC's own timers are on
 * threads beside it, daemons named {@code weft-control-io-*}. Thread-safe.
 */
public final class ControlChannel {
  // A push of a large mesh comes in one message.
  private static final int MAX_MESSAGE_BYTES = 256 << 20;
  private static final long KEEP_ALIVE_SECONDS = 60;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 10;
  private static final long GRACE_SECONDS = 1;
  private static final long IDLE_SECONDS = 30;
  private final ManagedChannel channel;
  private final ExecutorService io;
  private final ScheduledExecutorService timer;

  private ControlChannel(
      ManagedChannel channel, ExecutorService io, ScheduledExecutorService timer) {
    this.channel = channel;
    this.io = io;
    this.timer = timer;
  }

  /** Returns a channel that sends in the clear. It connects with the first stream. */
  public static ControlChannel plaintext(String host, int port, ControlLoop loop) {
    return open(
        OkHttpChannelBuilder.forAddress(host, port, InsecureChannelCredentials.create()), loop);
  }

  /**
   * Returns a channel that sends over TLS. It connects with the first stream.
   *
   * @param sockets makes each connection's socket, which checks the server
   */
  public static ControlChannel tls(
      String host, int port, SSLSocketFactory sockets, ControlLoop loop) {
    return open(
        OkHttpChannelBuilder.forAddress(host, port)
            .sslSocketFactory(sockets)
            // The sockets have checked who is there, by its SPIFFE ID; its names do not matter.
            .hostnameVerifier((name, session) -> true),
        loop);
  }

  private static ControlChannel open(OkHttpChannelBuilder builder, ControlLoop loop) {
    ThreadFactory threads = DaemonThreads.numbered("weft-control-io");
    // A task that comes after the end has nothing left to do.
    ExecutorService io =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads,
            new ThreadPoolExecutor.DiscardPolicy());
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setRemoveOnCancelPolicy(true);
    ManagedChannel channel =
        builder
            .executor(loop)
            .offloadExecutor(io)
            .transportExecutor(io)
            .scheduledExecutorService(timer)
            // Not by the application's proxy selector: that would run its code on our threads.
            .proxyDetector(target -> null)
            .disableRetry()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .userAgent("weft-agent")
            .build();
    return new ControlChannel(channel, io, timer);
  }

  /**
   * Returns a method of both-way streams on this channel.
   *
   * @param fullMethod {@code package.Service/Method}
   */
  public <Q extends MessageLite, R extends MessageLite> BidiTransport<Q, R> method(
      String fullMethod, Parser<Q> request, Parser<R> response) {
    return new GrpcTransport<>(channel, fullMethod, request, response);
  }

  /**
   * Sends one message and takes one, if it comes in time.
   *
   * @param fullMethod {@code package.Service/Method}
   * @param bearer goes into the authorization header; null for none
   * @return completes with the response, or exceptionally with a {@link
   *     io.grpc.StatusRuntimeException}, on the control loop
   */
  public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
      String fullMethod,
      Parser<Q> request,
      Parser<R> response,
      Q message,
      @Nullable String bearer,
      Duration limit) {
    return UnaryCall.start(channel, fullMethod, request, response, message, bearer, limit);
  }

  /**
   * Makes a new connection, by the sockets that there are now. New streams go over it; those that
   * are open stay on the one before, which closes when they have ended. Returns at once.
   *
   * @param whenConnected runs on the control loop when the connection stands; may run late or never
   *     if none can be made
   */
  public void renew(Runnable whenConnected) {
    channel.enterIdle();
    channel.notifyWhenStateChanged(ConnectivityState.READY, () -> connect(whenConnected));
  }

  private void connect(Runnable whenConnected) {
    ConnectivityState state = channel.getState(/* requestConnection= */ true);
    if (state == ConnectivityState.READY) {
      whenConnected.run();
    } else if (state != ConnectivityState.SHUTDOWN) {
      channel.notifyWhenStateChanged(state, () -> connect(whenConnected));
    }
  }

  /**
   * Closes the connection when the streams that are being closed are over, at the latest after one
   * second. Returns at once.
   *
   * @param whenClosed runs after that, on a thread of the channel's
   */
  public void close(Runnable whenClosed) {
    channel.shutdown();
    io.execute(() -> end(whenClosed));
  }

  private void end(Runnable whenClosed) {
    try {
      if (!channel.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
        channel.shutdownNow().awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
    whenClosed.run();
    timer.shutdownNow();
    io.shutdown();
  }
}
