/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous connection as one that does not block: what has come can be read, what is written
 * is kept until {@link #flush} sends it. One reader at a time; thread-safe otherwise.
 */
final class AsynchronousWire implements ByteChannel {
  // A few records, so that big writes go out in parts.
  private static final int MOST_OUT = 64 * 1024;
  private static final int IN = 17 * 1024;
  private static final long FAREWELL_SECONDS = 5;

  private final AsynchronousSocketChannel real;

  /** What has come, from position to limit; not touched while the connection is being read. */
  private final ByteBuffer in = ByteBuffer.allocate(IN).limit(0);

  private boolean isAtEnd;

  // Guarded by this object's monitor.
  private ByteBuffer out = ByteBuffer.allocate(0);
  private boolean isFlushing;
  private boolean isClosing;
  private @Nullable Flushed waiting;
  private @Nullable Throwable fault;

  AsynchronousWire(AsynchronousSocketChannel real) {
    this.real = real;
  }

  /** Is told once that all that was written has been sent, or why not. Not with a lock held. */
  interface Flushed {
    void now(@Nullable Throwable failure);
  }

  /** Returns whether something has come that was not read. */
  boolean hasCome() {
    return in.hasRemaining();
  }

  /** Waits for more to come, which completes with its number of bytes, or -1 at the end. */
  void receive(long timeout, TimeUnit unit, CompletionHandler<Integer, Void> handler) {
    in.clear();
    CompletionHandler<Integer, Void> received =
        new CompletionHandler<>() {
          @Override
          public void completed(Integer count, Void attachment) {
            in.flip();
            isAtEnd = count < 0;
            handler.completed(count, null);
          }

          @Override
          public void failed(Throwable failure, Void attachment) {
            in.flip();
            handler.failed(failure, null);
          }
        };
    try {
      real.read(in, timeout, unit, null, received);
    } catch (IllegalStateException e) {
      received.failed(e, null); // the server has been shut down
    }
  }

  @Override
  public int read(ByteBuffer target) {
    if (!in.hasRemaining()) {
      return isAtEnd ? -1 : 0;
    }
    int count = Math.min(in.remaining(), target.remaining());
    target.put(target.position(), in, in.position(), count);
    target.position(target.position() + count);
    in.position(in.position() + count);
    return count;
  }

  @Override
  public synchronized int write(ByteBuffer source) throws IOException {
    if (isClosing) {
      throw new ClosedChannelException();
    }
    int count = Math.min(source.remaining(), MOST_OUT - out.position());
    if (out.remaining() < count) {
      int size = Math.max(2 * out.capacity(), out.position() + count);
      out = ByteBuffer.allocate(size).put(out.flip());
    }
    out.put(out.position(), source, source.position(), count);
    out.position(out.position() + count);
    source.position(source.position() + count);
    return count;
  }

  /**
   * Sends what was written.
   *
   * @param whenDone null if nobody waits; no two wait at once
   */
  void flush(long timeout, TimeUnit unit, @Nullable Flushed whenDone) {
    Throwable failed;
    synchronized (this) {
      failed = fault;
      if (failed == null) {
        if (whenDone != null) {
          waiting = whenDone;
        }
        if (isFlushing) {
          return;
        }
        isFlushing = true;
      }
    }
    if (failed == null) {
      send(timeout, unit);
    } else if (whenDone != null) {
      whenDone.now(failed);
    }
  }

  private void send(long timeout, TimeUnit unit) {
    ByteBuffer part = null;
    boolean isOver = false;
    Flushed told = null;
    synchronized (this) {
      if (out.position() > 0) {
        part = out.flip();
        out = ByteBuffer.allocate(0);
      } else {
        isFlushing = false;
        isOver = isClosing;
        told = waiting;
        waiting = null;
      }
    }
    if (part != null) {
      send(part, timeout, unit);
      return;
    }
    if (isOver) {
      closeReal();
    }
    if (told != null) {
      told.now(null);
    }
  }

  private void send(ByteBuffer part, long timeout, TimeUnit unit) {
    CompletionHandler<Integer, Void> handler =
        new CompletionHandler<>() {
          @Override
          public void completed(Integer count, Void attachment) {
            if (part.hasRemaining()) {
              send(part, timeout, unit);
            } else {
              send(timeout, unit);
            }
          }

          @Override
          public void failed(Throwable failure, Void attachment) {
            fail(failure);
          }
        };
    try {
      real.write(part, timeout, unit, null, handler);
    } catch (IllegalStateException e) {
      fail(e); // the server has been shut down
    }
  }

  /** Nothing more is sent. */
  private void fail(Throwable failure) {
    Flushed told;
    synchronized (this) {
      isClosing = true;
      fault = failure;
      told = waiting;
      waiting = null;
    }
    closeReal();
    if (told != null) {
      told.now(failure);
    }
  }

  @Override
  public boolean isOpen() {
    return real.isOpen();
  }

  /** Sends what was written, and closes the connection. */
  @Override
  public void close() {
    boolean isUnderWay;
    synchronized (this) {
      isClosing = true;
      isUnderWay = isFlushing;
    }
    if (isUnderWay) {
      // It may wait for ever, for a peer that takes nothing.
      CompletableFuture.delayedExecutor(FAREWELL_SECONDS, TimeUnit.SECONDS)
          .execute(this::closeReal);
    }
    flush(FAREWELL_SECONDS, TimeUnit.SECONDS, null);
  }

  private void closeReal() {
    try {
      real.close();
    } catch (IOException e) {
      // It is over anyway.
    }
  }
}
