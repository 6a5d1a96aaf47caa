/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

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
    return open(host, port, InsecureChannelCredentials.create(), loop);
  }

  // Where TLS credentials for the policy server go in.
  private static ControlChannel open(
      String host, int port, ChannelCredentials credentials, ControlLoop loop) {
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
        OkHttpChannelBuilder.forAddress(host, port, credentials)
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
