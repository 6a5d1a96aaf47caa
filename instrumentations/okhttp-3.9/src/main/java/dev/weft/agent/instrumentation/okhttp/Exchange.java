/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.Step;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Address;
import okhttp3.Connection;
import okhttp3.Interceptor.Chain;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One hop of a call that the mesh manages, attempt by attempt, on the caller's thread. {@link #run}
 * goes through OkHttp's stack once an attempt; on the way down OkHttp comes by here again: {@link
 * #address} when it needs to know what connections may be shared, {@link #connect} when its cache
 * had no answer, {@link #send} when it has a connection. What the cache answers was never asked of
 * the mesh.
 */
final class Exchange {
  /**
   * How often a wait that a policy orders looks whether the application cancelled the call: OkHttp
   * tells no interceptor of it.
   */
  private static final long CANCEL_CHECK_NANOS = MILLISECONDS.toNanos(10);

  /** By OkHttp's call, which is what the woven points have in hand, while {@link #run} runs. */
  private static final Map<Object, Exchange> RUNNING = new ConcurrentHashMap<>();

  private final Chain chain;
  private final Request request;
  private final Call call;
  private final @Nullable Shadow shadow;
  private @Nullable Address lastUsed;
  private Trip trip;

  /**
   * Makes one that has not begun.
   *
   * @param previous the hop before, of the same call of the application
   * @param shadow sends copies for mirrors
   */
  Exchange(
      Chain chain,
      Request request,
      Call call,
      @Nullable Exchange previous,
      @Nullable Shadow shadow) {
    this.chain = chain;
    this.request = request;
    this.call = call;
    this.shadow = shadow;
    this.lastUsed = previous == null ? null : previous.lastUsed;
    this.trip = new Trip();
  }

  /** Returns the exchange under way for a call of OkHttp's or an {@link #alias} of it, or null. */
  static @Nullable Exchange of(Object owner) {
    return RUNNING.isEmpty() ? null : RUNNING.get(owner);
  }

  /** Returns whether what finds connections for a call was made for the attempt under way. */
  @SuppressWarnings("ReferenceEquality") // each attempt has its own
  static boolean isCurrent(EndpointDns dns, Object owner) {
    Exchange exchange = of(owner);
    return exchange != null && exchange.trip.dns == dns;
  }

  /** Makes this exchange known by another object that stands for the call, too. */
  void alias(Object owner) {
    trip.alias = owner;
    RUNNING.put(owner, this);
  }

  /** Returns the answer; its attempt is ended by its body. */
  Response run() throws IOException {
    while (true) {
      Response response = attempt();
      if (response != null) {
        return response;
      }
      try {
        pause(trip.waitNanos);
      } catch (IOException e) {
        call.abandon();
        throw e;
      }
      trip = new Trip();
    }
  }

  /** Tells that a follow-up of the delivered response is sent: nobody reads its body. */
  void endFollowed() {
    if (trip.attempt != null) {
      trip.attempt.end(Ending.COMPLETE);
    }
  }

  /** Returns null if another attempt is to be made. */
  private @Nullable Response attempt() throws IOException {
    RUNNING.put(chain.call(), this);
    try {
      Response response = chain.proceed(request);
      if (trip.attempt == null) {
        call.abandon(); // answered by OkHttp's cache; after a reply there is nothing to abandon
        return response;
      }
      if (!trip.headersCame) {
        response = headersCame(trip.attempt, response); // WebSockets: no network interceptors
      }
      if (trip.waitNanos >= 0) {
        response.close();
        return null;
      }
      return response;
    } catch (Throwable e) {
      if (failed(e) < 0) {
        throw e;
      }
      return null;
    } finally {
      trip.stopTimer();
      RUNNING.remove(chain.call());
      if (trip.alias != null) {
        RUNNING.remove(trip.alias);
      }
    }
  }

  /** Returns the pool key of this attempt's connection, to be bound by {@link #connect}. */
  Address address(Address original) {
    EndpointDns dns = new EndpointDns(original.dns(), lastUsed);
    boolean isHttp2 = Wire.isHttp2(original.protocols());
    AttemptSockets sockets =
        new AttemptSockets(original.socketFactory(), trip.timer, isHttp2 ? "h2" : "http/1.1");
    trip.dns = dns;
    trip.isHttp2 = isHttp2;
    trip.sockets = sockets;
    return new Address(
        original.url().host(),
        original.url().port(),
        dns,
        sockets,
        null,
        null,
        null,
        original.proxyAuthenticator(),
        original.proxy(),
        original.protocols(),
        original.connectionSpecs(),
        original.proxySelector());
  }

  /**
   * Asks for the next step when OkHttp is about to connect.
   *
   * @return the answer if no connection is needed, else null; and the chain to connect with
   */
  Object[] connect(Chain connecting) throws IOException {
    if (trip.attempt != null) {
      // OkHttp tries the same endpoint again, because the connection was stale.
      return new Object[] {null, trip.limited(trip.attempt, connecting)};
    }
    Step step = call.next();
    trip.attempt = step instanceof Attempt next ? next : null;
    pause(step.delayNanos());
    if (step instanceof Reply reply) {
      return new Object[] {Replies.response(reply, request), connecting};
    }
    if (step instanceof Refuse refuse) {
      throw new SSLPeerUnverifiedException(refuse.reason());
    }
    Attempt attempt = (Attempt) step;
    if (shadow != null) {
      shadow.send(request, attempt);
    }
    trip.begin(attempt);
    return new Object[] {null, trip.limited(attempt, connecting)};
  }

  /** Sends the attempt over the connection that OkHttp found, and hears of its response. */
  Response send(Chain wire) throws IOException {
    Request logical = wire.request();
    Attempt attempt = trip.attempt;
    if (attempt == null) {
      requirePlaintext();
      return wire.proceed(logical);
    }
    Connection connection = Objects.requireNonNull(wire.connection());
    lastUsed = connection.route().address();
    trip.connected(attempt, connection);
    Response response;
    try {
      response = wire.proceed(Wire.request(logical, attempt));
    } catch (IOException e) {
      if (trip.stopTimer()) {
        throw Failures.timeout(e); // what OkHttp does not try to recover from
      }
      throw e;
    }
    trip.stopTimer();
    return headersCame(attempt, response.newBuilder().request(logical).build());
  }

  /** What OkHttp sends without having asked, in a version that connects elsewhere, is unsecured. */
  private void requirePlaintext() throws IOException {
    if (trip.isInPlaintext) {
      return; // OkHttp tries again
    }
    Hooks.unknownVersion(CallInterceptor.HOOK, "OkHttp connected without asking for an endpoint");
    Step step = call.next();
    if (step instanceof Refuse refuse) {
      throw new SSLPeerUnverifiedException(refuse.reason());
    }
    if (step instanceof Attempt attempt) {
      attempt.failed(Failure.OTHER);
      Trip.require(attempt.tls() == null);
    }
    trip.isInPlaintext = true;
  }

  private Response headersCame(Attempt attempt, Response response) {
    trip.headersCame = true;
    trip.waitNanos = attempt.headers(response.code(), -1, response, RequestView.RESPONSE);
    if (trip.waitNanos >= 0) {
      response.close();
      return Replies.discarded(response);
    }
    if (trip.isReadLimited) {
      Wire.body(response).source().timeout().timeout(chain.readTimeoutMillis(), MILLISECONDS);
    }
    return Wire.response(response, attempt, chain.call());
  }

  /** Returns the nanoseconds to wait before another attempt; negative: the caller sees it fail. */
  private long failed(Throwable failure) {
    Attempt attempt = trip.attempt;
    if (attempt == null) {
      call.abandon();
    } else if (trip.headersCame) {
      attempt.end(chain.call().isCanceled() ? Ending.CANCELLED : Ending.BROKEN);
    } else {
      trip.waitNanos =
          attempt.failed(
              trip.isWaitCut
                  ? Failure.APPLICATION_TIMEOUT
                  : Failures.of(
                      failure,
                      trip.isTimedOut(failure),
                      trip.isConnected,
                      chain.call().isCanceled()));
    }
    return trip.waitNanos;
  }

  /**
   * Waits as a policy orders, but not beyond the application's cancelling, its call timeout or its
   * read timeout: it would not wait longer for a server that is slow.
   */
  private void pause(long nanos) throws IOException {
    long most = MILLISECONDS.toNanos(chain.readTimeoutMillis());
    boolean isTooLong = most > 0 && nanos > most;
    long wait = isTooLong ? most : nanos;
    long end = System.nanoTime() + wait;
    for (long left = wait; left > 0; left = end - System.nanoTime()) {
      if (chain.call().isCanceled()) {
        throw new IOException("Canceled");
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted");
      }
      LockSupport.parkNanos(this, Math.min(left, CANCEL_CHECK_NANOS));
    }
    if (isTooLong) {
      trip.isWaitCut = true;
      throw new SocketTimeoutException("timeout");
    }
  }
}
