/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.AcceptedConnection;
import dev.weft.agent.seam.ServerTls;
import dev.weft.agent.seam.SniffedChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ReadPendingException;
import java.nio.channels.WritePendingException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the NIO2 connector takes for an accepted connection's channel: reads and writes go by way of
 * {@link SniffedChannel}. Completes on the caller's thread what need not wait, as the library is
 * used to.
 */
final class SecuredAsynchronousChannel extends AsynchronousSocketChannel {
  private static final ByteBuffer NO_ROOM = ByteBuffer.allocate(0);

  private final AsynchronousSocketChannel real;
  private final AsynchronousWire wire;
  private final SniffedChannel sniffed;
  private final AtomicBoolean isReading = new AtomicBoolean();
  private final AtomicBoolean isWriting = new AtomicBoolean();
  private volatile boolean isClosed;

  /** Stands in for a channel that nothing was read from. */
  SecuredAsynchronousChannel(
      AsynchronousSocketChannel real, ServerTls settings, List<String> applicationProtocols) {
    super(real.provider());
    this.real = real;
    this.wire = new AsynchronousWire(real);
    this.sniffed =
        new SniffedChannel(wire, settings, applicationProtocols, AcceptedConnection.of(real));
  }

  AsynchronousSocketChannel real() {
    return real;
  }

  SniffedChannel sniffed() {
    return sniffed;
  }

  @Override
  public <A> void read(
      ByteBuffer target,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    if (isPlaintext()) {
      real.read(target, timeout, unit, attachment, handler);
    } else {
      begin(isReading, new ReadPendingException());
      new Reading<Integer, A>(target, timeout, unit, attachment, handler, Math::toIntExact).run();
    }
  }

  @Override
  public <A> void read(
      ByteBuffer[] targets,
      int offset,
      int length,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Long, ? super A> handler) {
    if (isPlaintext()) {
      real.read(targets, offset, length, timeout, unit, attachment, handler);
      return;
    }
    begin(isReading, new ReadPendingException());
    ByteBuffer target = firstWithRoom(targets, offset, length);
    new Reading<Long, A>(target, timeout, unit, attachment, handler, count -> count).run();
  }

  @Override
  public Future<Integer> read(ByteBuffer target) {
    Promise promise = new Promise();
    read(target, 0, TimeUnit.MILLISECONDS, promise, promise);
    return promise;
  }

  @Override
  public <A> void write(
      ByteBuffer source,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    if (isPlaintext()) {
      real.write(source, timeout, unit, attachment, handler);
    } else {
      write(new ByteBuffer[] {source}, 0, 1, timeout, unit, attachment, handler, Math::toIntExact);
    }
  }

  @Override
  public <A> void write(
      ByteBuffer[] sources,
      int offset,
      int length,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Long, ? super A> handler) {
    if (isPlaintext()) {
      real.write(sources, offset, length, timeout, unit, attachment, handler);
    } else {
      write(sources, offset, length, timeout, unit, attachment, handler, count -> count);
    }
  }

  @Override
  public Future<Integer> write(ByteBuffer source) {
    Promise promise = new Promise();
    write(source, 0, TimeUnit.MILLISECONDS, promise, promise);
    return promise;
  }

  /** Completes when what was taken is on the wire. */
  private <N extends Number, A> void write(
      ByteBuffer[] sources,
      int offset,
      int length,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<N, ? super A> handler,
      Count<N> count) {
    begin(isWriting, new WritePendingException());
    long taken = 0;
    try {
      for (int i = offset; i < offset + length; i++) {
        taken += sniffed.write(sources[i]);
        if (sources[i].hasRemaining()) {
          break;
        }
      }
    } catch (IOException | RuntimeException e) {
      isWriting.set(false);
      handler.failed(e, attachment);
      return;
    }
    long all = taken;
    wire.flush(
        timeout,
        unit,
        failure -> {
          isWriting.set(false);
          if (failure == null) {
            handler.completed(count.of(all), attachment);
          } else {
            handler.failed(failure, attachment);
          }
        });
  }

  /** One read, until there is something to give. */
  private final class Reading<N extends Number, A> implements CompletionHandler<Integer, Void> {
    private final ByteBuffer target;
    private final long timeout;
    private final TimeUnit unit;
    private final A attachment;
    private final CompletionHandler<N, ? super A> handler;
    private final Count<N> count;

    Reading(
        ByteBuffer target,
        long timeout,
        TimeUnit unit,
        A attachment,
        CompletionHandler<N, ? super A> handler,
        Count<N> count) {
      this.target = target;
      this.timeout = timeout;
      this.unit = unit;
      this.attachment = attachment;
      this.handler = handler;
      this.count = count;
    }

    void run() {
      boolean hasRoom = target.hasRemaining();
      int read;
      try {
        read = hasRoom ? sniffed.read(target) : 0;
      } catch (IOException | RuntimeException e) {
        wire.flush(timeout, unit, null); // an alert
        failed(e, null);
        return;
      }
      wire.flush(timeout, unit, null); // a handshake's answer
      if (read == 0 && hasRoom) {
        wire.receive(timeout, unit, this);
      } else {
        isReading.set(false);
        handler.completed(count.of(read), attachment);
      }
    }

    @Override
    public void completed(Integer received, Void nothing) {
      run();
    }

    @Override
    public void failed(Throwable failure, @Nullable Void nothing) {
      isReading.set(false);
      handler.failed(failure, attachment);
    }
  }

  /** A count as a completion wants it. */
  private interface Count<N extends Number> {
    N of(long count);
  }

  /** What the library waits for with a time limit of its own. */
  private static final class Promise extends CompletableFuture<Integer>
      implements CompletionHandler<Integer, Object> {
    @Override
    public void completed(Integer count, Object attachment) {
      complete(count);
    }

    @Override
    public void failed(Throwable failure, Object attachment) {
      completeExceptionally(failure);
    }
  }

  /** Returns whether bytes may go past us: there is nothing of ours between them. */
  private boolean isPlaintext() {
    return sniffed.isPlaintext() && !wire.hasCome();
  }

  private static void begin(AtomicBoolean isBusy, RuntimeException ifBusy) {
    if (!isBusy.compareAndSet(false, true)) {
      throw ifBusy;
    }
  }

  private static ByteBuffer firstWithRoom(ByteBuffer[] targets, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (targets[i].hasRemaining()) {
        return targets[i];
      }
    }
    return NO_ROOM;
  }

  @Override
  public boolean isOpen() {
    return !isClosed && real.isOpen();
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    sniffed.close();
  }

  @Override
  public AsynchronousSocketChannel bind(@Nullable SocketAddress local) throws IOException {
    real.bind(local);
    return this;
  }

  @Override
  public <T> AsynchronousSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    real.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return real.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return real.supportedOptions();
  }

  @Override
  public AsynchronousSocketChannel shutdownInput() throws IOException {
    real.shutdownInput();
    return this;
  }

  @Override
  public AsynchronousSocketChannel shutdownOutput() throws IOException {
    real.shutdownOutput();
    return this;
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    return real.getRemoteAddress();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return real.getLocalAddress();
  }

  @Override
  public <A> void connect(
      SocketAddress remote, A attachment, CompletionHandler<Void, ? super A> handler) {
    real.connect(remote, attachment, handler);
  }

  @Override
  public Future<Void> connect(SocketAddress remote) {
    return real.connect(remote);
  }
}
