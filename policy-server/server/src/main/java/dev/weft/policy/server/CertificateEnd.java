/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.weft.policy.ca.PeerCertificates;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections with the client certificate that they were made with: who has no newer one gets
 * nothing more. At the certificate's end the client is told to go, and a little later the
 * connection is closed with whatever is on it. Thread-safe.
 */
final class CertificateEnd implements DecoratingHttpServiceFunction {
  private static final Logger LOGGER = System.getLogger(CertificateEnd.class.getName());
  private static final AttributeKey<Boolean> IS_WATCHED =
      AttributeKey.valueOf(CertificateEnd.class, "watched");
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** The wall clock is looked at after this, which other clocks may drift from. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Clock clock;

  CertificateEnd(Clock clock) {
    this.clock = clock;
  }

  @Override
  public HttpResponse serve(
      HttpService delegate, ServiceRequestContext context, HttpRequest request) throws Exception {
    SSLSession session = context.sslSession();
    Channel channel = context.log().partial().channel();
    if (session != null && channel != null && !channel.hasAttr(IS_WATCHED)) {
      channel.attr(IS_WATCHED).set(true);
      List<X509Certificate> chain = PeerCertificates.of(session);
      if (!chain.isEmpty()) {
        Connection connection = new Connection(channel, chain.get(0));
        channel.eventLoop().execute(connection::look);
      }
    }
    return delegate.serve(context, request);
  }

  /** One connection; all on its event loop. */
  private final class Connection {
    private final Channel channel;
    private final X509Certificate certificate;
    private @Nullable Future<?> next;

    Connection(Channel channel, X509Certificate certificate) {
      this.channel = channel;
      this.certificate = certificate;
      channel
          .closeFuture()
          .addListener(
              closed -> {
                if (next != null) {
                  next.cancel(false);
                }
              });
    }

    void look() {
      if (!channel.isActive()) {
        return;
      }
      Duration left = Duration.between(clock.instant(), end());
      if (left.isNegative() || left.isZero()) {
        tellToGo();
        next = channel.eventLoop().schedule(this::cut, GRACE.toMillis(), TimeUnit.MILLISECONDS);
      } else {
        long waitMillis = Math.min(left.toMillis() + 1, LONGEST_WAIT.toMillis());
        next = channel.eventLoop().schedule(this::look, waitMillis, TimeUnit.MILLISECONDS);
      }
    }

    private Instant end() {
      return certificate.getNotAfter().toInstant();
    }

    /** A client that has a newer certificate goes on over a new connection. */
    private void tellToGo() {
      ChannelHandlerContext http2 = channel.pipeline().context(Http2ConnectionHandler.class);
      if (http2 == null) {
        return;
      }
      String reason = "the client certificate of this connection ended at " + end();
      Future<?> unused =
          ((Http2ConnectionHandler) http2.handler())
              .goAway(
                  http2,
                  Integer.MAX_VALUE,
                  Http2Error.NO_ERROR.code(),
                  ByteBufUtil.writeUtf8(http2.alloc(), reason),
                  http2.newPromise());
      http2.flush();
    }

    private void cut() {
      SocketAddress from = channel.remoteAddress();
      LOGGER.log(
          Level.INFO,
          "The connection of "
              + PeerCertificates.name(certificate)
              + " from "
              + from
              + " is closed: its certificate ended at "
              + end()
              + ", and it did not come back with a newer one");
      // Before all handlers, which would wait for streams that do not end.
      Future<?> unused = channel.pipeline().firstContext().close();
    }
  }
}
