/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
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
  private final List<String> applicationProtocols;
  private final AcceptedConnection connection;

  /** What has come of too little to decide by. */
  private final ByteBuffer first = ByteBuffer.allocate(NEEDED);

  private volatile State state = State.UNKNOWN;
  private volatile @Nullable TlsChannel tls;
  private volatile @Nullable Caller caller;
  private volatile boolean isTold;

  /**
   * Looks into a wire that nothing was read from.
   *
   * @param applicationProtocols what to agree on in TLS, as {@link ServerTls#engine} has it
   * @param connection whose wire it is
   */
  public SniffedChannel(
      ByteChannel wire,
      ServerTls settings,
      List<String> applicationProtocols,
      AcceptedConnection connection) {
    this.wire = wire;
    this.connection = connection;
    this.settings = settings;
    this.applicationProtocols = List.copyOf(applicationProtocols);
  }

  /** Returns the engine that has verified the peer; null before it has, and in plaintext. */
  public @Nullable SSLEngine engine() {
    TlsChannel secured = tls;
    return secured != null && secured.isEstablished() ? secured.engine() : null;
  }

  /**
   * Returns the caller's SPIFFE ID as verified by its certificate; null before that, in plaintext,
   * and if the certificate has none.
   */
  public @Nullable String spiffeId() {
    Caller known = caller();
    return known == null ? null : known.spiffeId;
  }

  /**
   * Returns the server name that the caller's TLS asked for, as {@link PeerCertificate#serverName}
   * has it; null if it did not, before it has, and in plaintext.
   */
  public @Nullable String serverName() {
    Caller known = caller();
    return known == null ? null : known.serverName;
  }

  private @Nullable Caller caller() {
    Caller known = caller;
    if (known == null) {
      SSLEngine engine = engine();
      if (engine == null) {
        return null;
      }
      SSLSession session = engine.getSession();
      known = new Caller(PeerCertificate.spiffeId(session), PeerCertificate.serverName(session));
      caller = known;
    }
    return known;
  }

  /** Returns whether it is known to be plaintext, of which nothing is kept here. */
  public boolean isPlaintext() {
    return state == State.PLAINTEXT && first.position() == 0;
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
          TlsChannel secured = secured();
          try {
            return secured.read(target);
          } catch (SSLException e) {
            throw told(secured, e);
          }
        }
        case REFUSED -> {
          return -1;
        }
        case UNKNOWN -> {
          int count = target.remaining() < NEEDED ? sniff() : sniff(target);
          if (count <= 0 || (state == State.PLAINTEXT && first.position() == 0)) {
            return count;
          }
        }
      }
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return switch (state) {
      case TLS -> writeSecured(source);
      case REFUSED -> throw new ClosedChannelException();
      case PLAINTEXT -> wire.write(source);
      case UNKNOWN -> writeFirst(source);
    };
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

  private int writeSecured(ByteBuffer source) throws IOException {
    TlsChannel secured = secured();
    try {
      return secured.write(source);
    } catch (SSLException e) {
      throw told(secured, e);
    }
  }

  /** Tells of a handshake that failed, once: what comes later finds the connection closed. */
  private SSLException told(TlsChannel secured, SSLException failure) {
    if (!secured.isEstablished() && !isTold) {
      isTold = true;
      connection.refused(RefusedConnection.Reason.HANDSHAKE, String.valueOf(failure.getMessage()));
    }
    return failure;
  }

  /** A server that speaks before it was spoken to speaks plaintext, if it may. */
  private int writeFirst(ByteBuffer source) throws IOException {
    if (settings.mode() == ServerTls.Mode.STRICT) {
      throw new ClosedChannelException();
    }
    return wire.write(source);
  }

  /** Reads what {@code first} takes, for a caller who takes less than it needs. */
  private int sniff() throws IOException {
    int count = wire.read(first);
    if (count > 0) {
      decide(first.duplicate().flip());
    }
    return count;
  }

  /**
   * Reads as the caller would without us: some libraries want the beginning in one piece. What is
   * not plaintext, or not known to be, is taken back.
   *
   * @return how much has come; the target has it in plaintext only
   */
  private int sniff(ByteBuffer target) throws IOException {
    int start = target.position();
    target.put(first.duplicate().flip());
    int count;
    try {
      count = wire.read(target);
    } catch (IOException | RuntimeException e) {
      target.position(start);
      throw e;
    }
    ByteBuffer come = target.duplicate().limit(target.position()).position(start);
    if (count > 0) {
      decide(come.slice());
    }
    if (count > 0 && state == State.PLAINTEXT) {
      first.clear();
      return come.remaining();
    }
    if (count > 0 && state == State.UNKNOWN) {
      first.clear().put(come);
    }
    target.position(start);
    return count;
  }

  private void decide(ByteBuffer come) throws IOException {
    boolean mayBeTls =
        come.get(0) == HANDSHAKE && (come.remaining() < NEEDED || come.get(1) == MAJOR_VERSION);
    if (mayBeTls && settings.context() != null) {
      if (come.remaining() >= NEEDED) {
        tls = new TlsChannel(wire, settings.engine(applicationProtocols), come);
        state = State.TLS;
      }
    } else if (settings.mode() == ServerTls.Mode.STRICT) {
      state = State.REFUSED;
      connection.refused(
          mayBeTls ? RefusedConnection.Reason.NO_IDENTITY : RefusedConnection.Reason.PLAINTEXT, "");
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

  /** Who is known to be at the other end. */
  private record Caller(@Nullable String spiffeId, @Nullable String serverName) {}

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
