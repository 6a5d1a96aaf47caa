/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * TLS over a connection's bytes. Blocks if the wire does; on a non-blocking wire, 0 means what it
 * means there, and what is read before it is kept. The handshake takes place in the first read or
 * write. One thread may read while another writes.
 *
 * <p>A connection that fails is told so with an alert, as far as its buffers take it at once, and
 * closed.
 */
public final class TlsChannel implements ByteChannel {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  // An alert, or two, is all that there is to send when a connection fails.
  private static final int MOST_LAST_RECORDS = 4;

  private final ByteChannel wire;
  private final SSLEngine engine;

  /** Taken before {@code writing} if both are needed. */
  private final ReentrantLock reading = new ReentrantLock();

  private final ReentrantLock writing = new ReentrantLock();

  // All three hold what is to be taken, from position to limit, between calls.
  private ByteBuffer encryptedIn;
  private ByteBuffer plainIn = EMPTY;
  private ByteBuffer encryptedOut = EMPTY;

  /** Whether the last byte that was encrypted counts as not taken; guarded by {@code writing}. */
  private boolean isByteHeldBack;

  private volatile boolean isInboundOver;
  private volatile boolean isEstablished;

  /**
   * Secures a wire.
   *
   * @param begun what has been read from the wire already; copied
   */
  public TlsChannel(ByteChannel wire, SSLEngine engine, ByteBuffer begun) {
    this.wire = wire;
    this.engine = engine;
    int size = Math.max(engine.getSession().getPacketBufferSize(), begun.remaining());
    encryptedIn = ByteBuffer.allocate(size).put(begun).flip();
  }

  /** Returns the engine, to ask it for its session; not to be used otherwise. */
  public SSLEngine engine() {
    return engine;
  }

  /** Returns whether the handshake is over and the peer is verified. */
  public boolean isEstablished() {
    return isEstablished;
  }

  /**
   * Returns about how many bytes have come that were not read: a wire that is watched for new ones
   * would not tell of them.
   */
  public int buffered() {
    reading.lock();
    try {
      return plainIn.remaining() + encryptedIn.remaining();
    } finally {
      reading.unlock();
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    reading.lock();
    try {
      if (!isEstablished && !shakeHands()) {
        return isInboundOver ? -1 : 0;
      }
      return readPlain(target);
    } catch (SSLException | RuntimeException e) {
      throw failed(e);
    } finally {
      reading.unlock();
    }
  }

  /**
   * Sends what it can. What it says it has taken is on the wire: of a record that the wire took a
   * part of, the last byte counts as not taken, so that the caller waits for the wire and comes
   * back with it, as it would without TLS.
   */
  @Override
  public int write(ByteBuffer source) throws IOException {
    if (!isEstablished && !shakeHandsToWrite()) {
      if (isInboundOver) {
        throw new ClosedChannelException(); // a caller that blocks would try again for ever
      }
      return 0;
    }
    writing.lock();
    try {
      int before = source.remaining();
      if (!flush() || before == 0) {
        return 0;
      }
      if (isByteHeldBack) {
        isByteHeldBack = false;
        source.position(source.position() + 1);
      }
      while (source.hasRemaining() && !isByteHeldBack) {
        SSLEngineResult result = wrap(source);
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
          throw new ClosedChannelException();
        }
        if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
          throw new SSLException("Nothing can be sent: " + result.getHandshakeStatus());
        }
        if (!flush()) {
          if (result.bytesConsumed() == 0) {
            break;
          }
          isByteHeldBack = true;
          source.position(source.position() - 1);
        }
      }
      return before - source.remaining();
    } finally {
      writing.unlock();
    }
  }

  /**
   * Sends what an earlier call left; the lock is held.
   *
   * @return false if the wire took not all of it
   */
  private boolean flush() throws IOException {
    while (encryptedOut.hasRemaining()) {
      if (wire.write(encryptedOut) == 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean isOpen() {
    return wire.isOpen();
  }

  /**
   * Says {@linkplain #farewell farewell} and closes the wire.
   *
   * @throws IOException if the wire fails
   */
  @Override
  public void close() throws IOException {
    farewell();
    wire.close();
  }

  /**
   * Says that nothing more comes (close_notify), as far as the wire takes it at once, and leaves
   * the wire non-blocking if it can be. Says nothing if another thread is reading or writing. Does
   * not block.
   */
  public void farewell() {
    if (!reading.tryLock()) {
      return;
    }
    try {
      if (isEstablished && writing.tryLock()) {
        try {
          if (wire instanceof SelectableChannel selectable) {
            selectable.configureBlocking(false); // waits for readers and writers: there are none
          }
          engine.closeOutbound();
          sendLastRecords();
        } catch (IOException e) {
          // It is being closed, by somebody else.
        } finally {
          writing.unlock();
        }
      }
    } finally {
      reading.unlock();
    }
  }

  private boolean shakeHandsToWrite() throws IOException {
    reading.lock();
    try {
      return isEstablished || shakeHands();
    } catch (SSLException | RuntimeException e) {
      throw failed(e);
    } finally {
      reading.unlock();
    }
  }

  /** Goes on with the handshake; returns false if it is not over: the wire has no more for now. */
  private boolean shakeHands() throws IOException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> {
          if (!answer()) {
            return false;
          }
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (isInboundOver || !unwrap()) {
            return false;
          }
        }
        case NOT_HANDSHAKING, FINISHED -> {
          if (!begun()) {
            engine.beginHandshake();
          } else {
            isEstablished = answer();
            return isEstablished;
          }
        }
      }
    }
  }

  private boolean begun() {
    // Before the handshake there is a session that stands for none.
    return !engine.getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL");
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  /** Sends one record of the engine's own; returns false if the wire took not all of it. */
  private boolean answer() throws IOException {
    writing.lock();
    try {
      if (flush() && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        wrap(EMPTY);
      }
      return flush();
    } finally {
      writing.unlock();
    }
  }

  private int readPlain(ByteBuffer target) throws IOException {
    while (!plainIn.hasRemaining()) {
      if (isInboundOver || !unwrap()) {
        return isInboundOver ? -1 : 0;
      }
      afterHandshake();
    }
    int count = Math.min(plainIn.remaining(), target.remaining());
    target.put(target.position(), plainIn, plainIn.position(), count);
    target.position(target.position() + count);
    plainIn.position(plainIn.position() + count);
    return count;
  }

  /** Does what the peer may ask for later: new keys in TLS 1.3, and nothing in older versions. */
  private void afterHandshake() throws IOException {
    HandshakeStatus status = engine.getHandshakeStatus();
    if (status == HandshakeStatus.NOT_HANDSHAKING || isInboundOver) {
      return;
    }
    if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
      throw new SSLException("The peer asks for a renegotiation");
    }
    if (status == HandshakeStatus.NEED_TASK) {
      runTasks();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      answer();
    }
  }

  /**
   * Decrypts one record, of which {@code plainIn} then has the content, if there is any.
   *
   * @return false if there is none: the wire has no more for now, or is at its end
   */
  private boolean unwrap() throws IOException {
    while (true) {
      ByteBuffer target = room(plainIn, engine.getSession().getApplicationBufferSize());
      SSLEngineResult result = engine.unwrap(encryptedIn, target);
      plainIn = target.flip();
      switch (result.getStatus()) {
        case OK -> {
          return true;
        }
        case CLOSED -> {
          isInboundOver = true;
          return false;
        }
        case BUFFER_OVERFLOW -> plainIn = larger(plainIn);
        case BUFFER_UNDERFLOW -> {
          if (!receive()) {
            return false;
          }
        }
      }
    }
  }

  private boolean receive() throws IOException {
    int size = engine.getSession().getPacketBufferSize();
    if (encryptedIn.capacity() < size) {
      encryptedIn = ByteBuffer.allocate(size).put(encryptedIn).flip();
    }
    encryptedIn.compact();
    int count;
    try {
      if (!encryptedIn.hasRemaining()) {
        throw new SSLException("A record of more than " + encryptedIn.capacity() + " bytes");
      }
      count = wire.read(encryptedIn);
    } finally {
      encryptedIn.flip();
    }
    // Whether the end came with a word is for HTTP to care: it knows how long a message is.
    isInboundOver = count < 0;
    return count > 0;
  }

  private SSLEngineResult wrap(ByteBuffer source) throws IOException {
    while (true) {
      ByteBuffer target = room(encryptedOut, engine.getSession().getPacketBufferSize());
      SSLEngineResult result = engine.wrap(source, target);
      encryptedOut = target.flip();
      if (result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW) {
        return result;
      }
      encryptedOut = larger(encryptedOut);
    }
  }

  /** Returns an empty buffer of a size or more, the same one if it will do. */
  private static ByteBuffer room(ByteBuffer buffer, int size) {
    return buffer.capacity() < size ? ByteBuffer.allocate(size) : buffer.clear();
  }

  private static ByteBuffer larger(ByteBuffer buffer) {
    return ByteBuffer.allocate(2 * buffer.capacity()).limit(0);
  }

  private IOException failed(Exception cause) {
    IOException failure =
        cause instanceof IOException io ? io : new SSLException("TLS failed: " + cause, cause);
    if (writing.tryLock()) {
      try {
        sendLastRecords();
      } finally {
        writing.unlock();
      }
    }
    try {
      wire.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Sends the alert that the engine has ready. The connection is over, whatever becomes of it. */
  private void sendLastRecords() {
    try {
      for (int i = 0; i < MOST_LAST_RECORDS && flush() && !engine.isOutboundDone(); i++) {
        if (wrap(EMPTY).bytesProduced() == 0) {
          return;
        }
      }
      flush();
    } catch (IOException | RuntimeException e) {
      // It is over anyway.
    }
  }
}
