/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Outbound;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.Step;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ref.WeakReference;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * What the mesh does about one HttpURLConnection: hop by hop, attempt by attempt, on the
 * application's thread and under the connection's own lock. {@link #connect} stands before the
 * JDK's making of a client, {@link #parse} around its waiting for response headers; both do it once
 * more if a retry is ordered.
 */
final class Exchange {
  private static final int CONTINUE = 100;

  private final ConnectionRef ref;
  private @Nullable Call call;
  private boolean isParsing;
  private boolean isBodyWritten;
  private boolean isWaitCut;
  private long connectNanos;
  private long bodyLength;
  private WeakReference<InputStream> body = new WeakReference<>(null);

  // Read by whoever disconnects, too.
  private volatile @Nullable Attempt attempt;
  private volatile boolean headersCame;
  private volatile boolean isDisconnected;

  private Exchange(ConnectionRef ref) {
    this.ref = ref;
  }

  /**
   * Begins a hop, or goes on with one that the JDK tries again by itself.
   *
   * @return null if the mesh does not manage the hop: then the JDK makes its client as ever
   */
  static @Nullable Exchange begin(Connect connect) {
    HttpURLConnection connection = connect.connection();
    Exchange exchange = Exchanges.of(connection);
    if (exchange != null) {
      if (exchange.underWay() != null) {
        return exchange;
      }
      exchange.endFollowed();
    }
    if (!connect.isDirect() || !Jdk.isKnown()) {
      return null;
    }
    ConnectionRef ref = new ConnectionRef(connection, connect.url(), null);
    Call call = Outbound.begin(ref, RequestView.INSTANCE);
    if (call == null) {
      return null;
    }
    if (exchange == null) {
      exchange = Exchanges.add(connection, new Exchange(ref));
    }
    exchange.call = call;
    return exchange;
  }

  /** Makes the client for the hop in the JDK's stead, by the JDK. */
  HttpClient connect(Connect connect) throws IOException {
    Attempt current = underWay();
    return current == null ? next(connect, Objects.requireNonNull(call)) : open(connect, current);
  }

  /**
   * Waits for response headers in the JDK's stead, by the JDK.
   *
   * @return what {@code HttpClient.parseHTTP} returned, or null to let it be called as ever
   */
  @Nullable Boolean parse(HttpClient first, HttpURLConnection connection, Object[] arguments)
      throws IOException {
    Attempt current = underWay();
    Call managed = call;
    if (isParsing || current == null || managed == null) {
      return null;
    }
    isParsing = true;
    try {
      HttpClient client = first;
      while (current != null) {
        Boolean parsed = parseOnce(client, current, connection, arguments);
        if (parsed != null) {
          return parsed;
        }
        client = again(connection, managed);
        current = attempt;
      }
      return Jdk.parse(client, arguments); // a reply
    } finally {
      isParsing = false;
    }
  }

  /** Returns the attempt whose response headers have not come; null if there is none. */
  @Nullable Attempt underWay() {
    return headersCame ? null : attempt;
  }

  /** Returns whether the application may have written a part of a streamed body. */
  boolean isBodyWritten() {
    return isBodyWritten;
  }

  void bodyIsWritten() {
    isBodyWritten = true;
  }

  /** Returns the stream that the application reads the body from: it ends the attempt. */
  InputStream body(InputStream stream) {
    Attempt current = attempt;
    if (current == null || !headersCame) {
      return stream;
    }
    InputStream known = body.get();
    if (known instanceof AttemptStream tracked && tracked.isOf(stream)) {
      return known;
    }
    InputStream tracked = new AttemptStream(stream, bodyLength, current, ref);
    body = new WeakReference<>(tracked);
    return tracked;
  }

  /** Tells that the JDK failed: before headers came, or after and without a body to read. */
  void failed() {
    Attempt current = attempt;
    if (current != null) {
      end(current, Failure.OTHER, Ending.BROKEN);
    }
  }

  /** Tells that the application has disconnected, maybe while another thread waits. */
  void disconnected() {
    isDisconnected = true;
    Attempt current = attempt;
    if (current != null) {
      end(current, Failure.CANCELLED, Ending.CANCELLED);
    }
  }

  private void end(Attempt current, Failure failure, Ending ending) {
    if (headersCame) {
      current.end(ending);
    } else {
      current.failed(failure);
    }
    Exchanges.remove(ref);
  }

  /** Ends the attempt whose response is followed by another hop: nobody reads its body. */
  private void endFollowed() {
    Attempt current = attempt;
    if (current != null) {
      current.end(Ending.COMPLETE);
    }
    attempt = null;
    call = null;
  }

  private HttpClient next(Connect connect, Call managed) throws IOException {
    while (true) {
      Step step = managed.next();
      headersCame = false;
      attempt = step instanceof Attempt next ? next : null;
      long wait;
      try {
        pause(step.delayNanos(), connect.connection());
        if (step instanceof Attempt next) {
          return open(connect, next);
        }
        if (step instanceof Reply reply) {
          return Replies.open(reply, connect);
        }
        throw new SSLPeerUnverifiedException(((Refuse) step).reason());
      } catch (IOException e) {
        wait =
            step instanceof Attempt next ? next.failed(connectFailure(e, next)) : Attempt.DELIVER;
        if (wait < 0) {
          attempt = null;
          throw e;
        }
      }
      waitForNext(wait, connect.connection(), managed);
    }
  }

  private HttpClient open(Connect connect, Attempt current) throws IOException {
    long start = System.nanoTime();
    try {
      Secured.remember(current);
      URL target = Target.to(connect.url(), current);
      int millis = Limits.connectMillis(connect.timeoutMillis(), current);
      return Secured.checked(connect.open(target, millis), current);
    } finally {
      connectNanos = System.nanoTime() - start;
    }
  }

  /** Sends the request, which the JDK still has, to wherever the next step says. */
  private HttpClient again(HttpURLConnection connection, Call managed) throws IOException {
    HttpClient client = next(Connect.again(connection), managed);
    return Jdk.resend(connection, client);
  }

  /** Returns null if the attempt shall be followed by another, after the wait that it ordered. */
  private @Nullable Boolean parseOnce(
      HttpClient client, Attempt current, HttpURLConnection connection, Object[] arguments)
      throws IOException {
    MessageHeader response = (MessageHeader) arguments[0];
    Limits limit = Limits.ofRead(client, current, connectNanos);
    long wait;
    try {
      boolean parsed = Jdk.parse(client, arguments);
      int status = Jdk.status(response);
      if (status == CONTINUE) {
        return parsed;
      }
      headersCame = true;
      wait = current.headers(status, -1, response, RequestView.RESPONSE);
      bodyLength = Jdk.bodyLength(connection, status, response);
      if (wait < 0) {
        deliver(current, response);
        return parsed;
      }
      Jdk.discard(client, bodyLength);
      response.reset(); // else its status would be the answer if the next attempt fails
    } catch (IOException e) {
      wait = current.failed(readFailure(e, limit));
      if (wait < 0) {
        attempt = null;
        throw e;
      }
    } finally {
      limit.lift(client);
    }
    waitForNext(wait, connection, Objects.requireNonNull(call));
    return null;
  }

  private void deliver(Attempt current, MessageHeader response) {
    current.mutateResponse(response, RequestView.HEADERS);
    call = null;
    if (bodyLength == 0) {
      current.end(Ending.COMPLETE);
      Exchanges.remove(ref);
    }
  }

  private Failure connectFailure(IOException e, Attempt current) {
    if (isWaitCut) {
      return Failure.APPLICATION_TIMEOUT;
    }
    if (isDisconnected || Thread.currentThread().isInterrupted()) {
      return Failure.CANCELLED;
    }
    return e instanceof SocketTimeoutException && Limits.ranOut(current, connectNanos)
        ? Failure.TIMEOUT
        : Failure.CONNECT;
  }

  private Failure readFailure(IOException e, Limits limit) {
    if (isDisconnected || Thread.currentThread().isInterrupted()) {
      return Failure.CANCELLED;
    }
    if (e instanceof SSLHandshakeException) {
      return Failure.CONNECT; // a server says so after the first request
    }
    if (e instanceof SocketTimeoutException) {
      return limit.isSet() ? Failure.TIMEOUT : Failure.APPLICATION_TIMEOUT;
    }
    return e instanceof ProtocolException ? Failure.OTHER : Failure.RESET;
  }

  private void waitForNext(long nanos, HttpURLConnection connection, Call managed)
      throws IOException {
    attempt = null;
    try {
      pause(nanos, connection);
    } catch (IOException e) {
      managed.abandon();
      throw e;
    }
  }

  /**
   * Waits as a policy orders, but not beyond an interrupt or the application's read timeout: it
   * would not wait longer for a server that is slow.
   */
  private void pause(long nanos, HttpURLConnection connection) throws IOException {
    long most = MILLISECONDS.toNanos(connection.getReadTimeout());
    boolean isTooLong = most > 0 && nanos > most;
    long wait = isTooLong ? most : nanos;
    long end = System.nanoTime() + wait;
    for (long left = wait; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted");
      }
    }
    if (isTooLong) {
      isWaitCut = true;
      throw new SocketTimeoutException("Read timed out");
    }
  }
}
