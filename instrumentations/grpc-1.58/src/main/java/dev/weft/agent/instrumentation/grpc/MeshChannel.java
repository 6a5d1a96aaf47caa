/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Outbound;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ProxyDetector;
import io.grpc.internal.ObjectPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The channel for the managed calls of one channel of the application. It lives as long as that
 * one, and after a shutdown until the last managed call is over: the mesh may still have to send
 * it. Thread-safe.
 */
final class MeshChannel {
  /** Added to the number of calls when the application shuts its channel down. */
  private static final int SHUTDOWN = 1 << 30;

  private final Authority target;
  private final ObjectPool<? extends Executor> executors;
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch drained = new CountDownLatch(1);
  private final Set<MeshedCall<?, ?>> pausing = ConcurrentHashMap.newKeySet();
  private final Probe probe = new Probe();
  private volatile @Nullable Built built;
  private volatile boolean shutdownNow;

  /**
   * @param target what the application's channel is for
   * @param executors where the channel runs callbacks of calls without an executor of their own
   */
  MeshChannel(Authority target, ObjectPool<? extends Executor> executors) {
    this.target = target;
    this.executors = executors;
  }

  /** Called once. Before, no call is managed. */
  void built(ManagedChannel channel, MeshResolverProvider resolver, MeshTransports newTransports) {
    built = new Built(channel, resolver, newTransports, authorityOf(channel.authority()));
  }

  boolean isBuilt() {
    return built != null;
  }

  ManagedChannel channel() {
    Built current = built;
    if (current == null) {
      throw new IllegalStateException("not built");
    }
    return current.channel;
  }

  /** Returns what makes the channel's connections. */
  MeshTransports transports() {
    Built current = built;
    if (current == null) {
      throw new IllegalStateException("not built");
    }
    return current.transports;
  }

  /** Returns the call's authority, else the channel's; the port is always the target's. */
  Authority authority(@Nullable String ofCall) {
    if (ofCall != null) {
      return authorityOf(ofCall);
    }
    Built current = built;
    return current == null ? target : current.authority;
  }

  /** Begins a managed call, which must be {@link #ended}; null if it is unmanaged. */
  @Nullable Call begin(MeshRequest request) {
    Call call = ask(request);
    if (call == null) {
      return null;
    }
    if (isProxied() || !counted()) {
      call.abandon();
      return null;
    }
    return call;
  }

  /** Begins a call that is counted already once more; null if it is unmanaged now. */
  @Nullable Call beginAgain(MeshRequest request) {
    return ask(request);
  }

  /** A fault of ours means an unmanaged call. */
  private static @Nullable Call ask(MeshRequest request) {
    try {
      return Outbound.begin(request, MeshRequestReader.INSTANCE);
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(ChannelBuild.HOOK, "begin", e);
      return null;
    }
  }

  /** Counts a call that the mesh makes for itself; false if the channel takes no more calls. */
  boolean beginMirror() {
    return counted();
  }

  /** Tells that a managed call is over. */
  void ended() {
    if (calls.decrementAndGet() == SHUTDOWN) {
      drain();
    }
  }

  /** Returns whether a call without headers would be managed now. */
  boolean isManaged() {
    Call call = ask(probe);
    if (call == null) {
      return false;
    }
    call.abandon();
    return !isProxied();
  }

  /** Runs callbacks of a call that has no executor of its own. */
  void execute(Runnable callback) {
    Executor executor = executors.getObject();
    try {
      executor.execute(callback);
    } finally {
      executors.returnObject(executor);
    }
  }

  void pauses(MeshedCall<?, ?> call) {
    pausing.add(call);
  }

  void resumes(MeshedCall<?, ?> call) {
    pausing.remove(call);
  }

  /** Takes no more calls; those that were begun are carried out. */
  void shutdown() {
    if (calls.getAndUpdate(count -> count >= SHUTDOWN ? count : count + SHUTDOWN) == 0) {
      drain();
    }
  }

  /** Fails the calls that were begun, too. */
  void shutdownNow() {
    shutdownNow = true;
    shutdown();
    channel().shutdownNow();
    pausing.forEach(MeshedCall::channelShutDown);
  }

  /** Returns whether the application has ended all calls with the channel. */
  boolean isShutdownNow() {
    return shutdownNow;
  }

  boolean isTerminated() {
    return channel().isTerminated();
  }

  boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long end = System.nanoTime() + unit.toNanos(timeout);
    return drained.await(timeout, unit)
        && channel().awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void drain() {
    channel().shutdown();
    drained.countDown();
  }

  private boolean counted() {
    return calls.getAndUpdate(count -> count >= SHUTDOWN ? count : count + 1) < SHUTDOWN;
  }

  private Authority authorityOf(String text) {
    return new Authority(Authority.parse(text, target.port()).host(), target.port());
  }

  /** An explicit proxy is the application's way out: asked once, at the first call in question. */
  private boolean isProxied() {
    Built current = built;
    return current == null || current.isProxied(target);
  }

  private static final class Built {
    final ManagedChannel channel;
    final Authority authority;
    final MeshTransports transports;
    private final MeshResolverProvider resolver;
    private volatile @Nullable Boolean proxied;

    Built(
        ManagedChannel channel,
        MeshResolverProvider resolver,
        MeshTransports transports,
        Authority authority) {
      this.channel = channel;
      this.resolver = resolver;
      this.transports = transports;
      this.authority = authority;
    }

    boolean isProxied(Authority target) {
      Boolean known = proxied;
      if (known == null) {
        known = asksForProxy(resolver.proxyDetector(), target);
        proxied = known;
      }
      return known;
    }

    private static boolean asksForProxy(@Nullable ProxyDetector detector, Authority target) {
      try {
        return detector != null
            && detector.proxyFor(InetSocketAddress.createUnresolved(target.host(), target.port()))
                != null;
      } catch (IOException | RuntimeException e) {
        return true; // the library meets it again and says so itself
      }
    }
  }

  /** A call to the target that is never made. */
  private final class Probe implements MeshRequest {
    private final Metadata headers = new Metadata();

    @Override
    public Authority authority() {
      return MeshChannel.this.authority(null);
    }

    @Override
    public String fullMethodName() {
      return "";
    }

    @Override
    public Metadata headers() {
      return headers;
    }

    @Override
    public boolean isReplayable() {
      return true;
    }
  }
}
