/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was accepted on a port of the application, which knows plaintext only: the
 * first two bytes say whether it is TLS (a handshake record's are 0x16 and 0x03, which no HTTP
 * begins with). What is not goes to the application as it is, or nowhere if TLS is demanded. Waits
 * for the second byte as the wire does, so no longer than the server lets a slow client be.
 *
 * <p>Reads and writes as {@link TlsChannel} does. Reads come from one thread at a time.
 */
public final class SniffedChannel implements ByteChannel {
  private static final int HANDSHAKE = 0x16;
  private static final int MAJOR_VERSION = 3;
  private static final int NEEDED = 2;

  private final ByteChannel wire;
  private final ServerTls settings;
  private final ByteBuffer first = ByteBuffer.allocate(NEEDED);

  private volatile State state = State.UNKNOWN;
  private volatile @Nullable TlsChannel tls;

  /** Looks into a wire that nothing was read from. */
  public SniffedChannel(ByteChannel wire, ServerTls settings) {
    this.wire = wire;
    this.settings = settings;
  }

  /** Returns the engine that has verified the peer; null before it has, and in plaintext. */
  public @Nullable SSLEngine engine() {
    TlsChannel secured = tls;
    return secured != null && secured.isEstablished() ? secured.engine() : null;
  }

  /** Returns about how many bytes have come that were not read. */
  public int buffered() {
    TlsChannel secured = tls;
    return secured == null ? first.position() : secured.buffered();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    while (true) {
      switch (state) {
        case PLAINTEXT -> {
          return first.position() > 0 ? handOut(target) : wire.read(target);
        }
        case TLS -> {
          return secured().read(target);
        }
        case REFUSED -> {
          return -1;
        }
        case UNKNOWN -> {
          int count = wire.read(first);
          if (count <= 0) {
            return count;
          }
          decide();
        }
      }
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return switch (state) {
      case TLS -> secured().write(source);
      case REFUSED -> throw new ClosedChannelException();
      case PLAINTEXT -> wire.write(source);
      case UNKNOWN -> writeFirst(source);
    };
  }

  /**
   * Sends what an earlier write left.
   *
   * @return false if the wire took not all of it
   */
  public boolean flush() throws IOException {
    TlsChannel secured = tls;
    return secured == null || secured.flush();
  }

  @Override
  public boolean isOpen() {
    return wire.isOpen();
  }

  @Override
  public void close() throws IOException {
    TlsChannel secured = tls;
    if (secured == null) {
      wire.close();
    } else {
      secured.close();
    }
  }

  /** A server that speaks before it was spoken to speaks plaintext, if it may. */
  private int writeFirst(ByteBuffer source) throws IOException {
    if (settings.mode() == ServerTls.Mode.STRICT) {
      throw new ClosedChannelException();
    }
    return wire.write(source);
  }

  private void decide() throws IOException {
    boolean mayBeTls =
        first.get(0) == HANDSHAKE && (first.position() < NEEDED || first.get(1) == MAJOR_VERSION);
    if (mayBeTls && settings.context() != null) {
      if (first.position() == NEEDED) {
        tls = new TlsChannel(wire, settings.engine(), first.flip());
        state = State.TLS;
      }
    } else if (settings.mode() == ServerTls.Mode.STRICT) {
      state = State.REFUSED;
      wire.close();
    } else {
      state = State.PLAINTEXT;
    }
  }

  private int handOut(ByteBuffer target) {
    first.flip();
    int count = Math.min(first.remaining(), target.remaining());
    for (int i = 0; i < count; i++) {
      target.put(first.get());
    }
    first.compact();
    return count;
  }

  private TlsChannel secured() {
    TlsChannel secured = tls;
    if (secured == null) {
      throw new IllegalStateException("TLS without a channel");
    }
    return secured;
  }

  private enum State {
    /** Too little has come. */
    UNKNOWN,
    /** Bytes go through as they are. */
    PLAINTEXT,
    /** Bytes go through {@link TlsChannel}. */
    TLS,
    /** Nothing goes through. */
    REFUSED
  }
}
