/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line, and at most once a minute, that somebody speaks plain text to a port that takes
 * TLS only. Anybody can do that, as often as he likes. Thread-safe.
 */
@Sharable
final class PlainTextNotice extends ChannelInboundHandlerAdapter {
  private static final Logger LOGGER = System.getLogger(PlainTextNotice.class.getName());
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final InstantSource clock;
  private Instant next = Instant.MIN;
  private long unsaid;

  PlainTextNotice(InstantSource clock) {
    this.clock = clock;
  }

  /** Listens to a connection, if it is one to a port that takes TLS only. */
  void addTo(ChannelPipeline pipeline) {
    ChannelHandlerContext tls = pipeline.context(SniHandler.class);
    if (tls != null) {
      pipeline.addAfter(tls.name(), null, this);
    }
  }

  /** What netty tells first; it closes the connection itself. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && isPlainText(handshake.cause())) {
      say(context);
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!isPlainText(cause) && !isPlainText(cause.getCause())) {
      context.fireExceptionCaught(cause);
    }
  }

  private static boolean isPlainText(@Nullable Throwable cause) {
    return cause instanceof NotSslRecordException;
  }

  private synchronized void say(ChannelHandlerContext context) {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      unsaid++;
      return;
    }
    LOGGER.log(
        Level.WARNING,
        context.channel().remoteAddress()
            + " does not speak TLS, and this server takes nothing else"
            + (unsaid == 0 ? "" : " (as " + unsaid + " times before)")
            + ". Users need https:// and --trust, agents a join token; or start the server with"
            + " --plaintext");
    next = now.plus(PERIOD);
    unsaid = 0;
  }
}
