/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc.netty;

import dev.weft.agent.instrumentation.grpc.MeshPeer;
import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.RefusedConnection;
import dev.weft.agent.seam.ServerTls;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Stands at the beginning of a connection to a plaintext server: its first two bytes say whether it
 * is TLS (0x16 and 0x03, which no HTTP/2 begins with). Then it makes way for the library's own
 * negotiation of the one or the other. Until the bytes come the library waits, as long as it waits
 * for any handshake.
 *
 * <p>Called by the connection's own thread. What it throws closes the connection.
 */
final class SniffingHandler extends ChannelInboundHandlerAdapter {
  private static final int HANDSHAKE = 0x16;
  private static final int MAJOR_VERSION = 3;
  private static final int NEEDED = 2;

  private final GrpcHttp2ConnectionHandler http2;
  private final ChannelHandler plaintext;
  private ByteBuf first = Unpooled.EMPTY_BUFFER;
  private @Nullable ServerTls settings;
  private @Nullable ProtocolNegotiationEvent negotiation;

  SniffingHandler(GrpcHttp2ConnectionHandler http2, ChannelHandler plaintext) {
    this.http2 = http2;
    this.plaintext = plaintext;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    SocketAddress local = context.channel().localAddress();
    settings = local instanceof InetSocketAddress socket ? Inbound.tls(socket.getPort()) : null;
    if (settings == null) {
      context.pipeline().replace(this, null, plaintext);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    first.release();
    first = Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ProtocolNegotiationEvent begin) {
      negotiation = begin;
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ServerTls wanted = settings;
    if (wanted == null || !(message instanceof ByteBuf bytes)) {
      context.fireChannelRead(message);
      return;
    }
    first = Unpooled.wrappedBuffer(first, bytes);
    if (!first.isReadable()) {
      return;
    }
    boolean mayBeTls =
        first.getByte(0) == HANDSHAKE
            && (first.readableBytes() < NEEDED || first.getByte(1) == MAJOR_VERSION);
    SslContext tls = mayBeTls ? NettyContexts.server(wanted) : null;
    if (tls != null) {
      if (first.readableBytes() >= NEEDED) {
        secure(context, tls);
      }
    } else if (wanted.mode() == ServerTls.Mode.STRICT) {
      refused(
          context.channel().localAddress(),
          context.channel().remoteAddress(),
          mayBeTls ? RefusedConnection.Reason.NO_IDENTITY : RefusedConnection.Reason.PLAINTEXT,
          "");
      ChannelFuture unused = context.close();
    } else {
      proceed(context.pipeline(), plaintext, negotiation);
    }
  }

  private void secure(ChannelHandlerContext context, SslContext tls) {
    ProtocolNegotiationEvent begin =
        negotiation == null ? InternalProtocolNegotiationEvent.getDefault() : negotiation;
    proceed(
        context.pipeline(),
        InternalProtocolNegotiators.serverTls(tls).newHandler(http2),
        InternalProtocolNegotiationEvent.withAttributes(
            begin, MeshPeer.markedIn(InternalProtocolNegotiationEvent.getAttributes(begin))));
  }

  /** Hands the beginning of the connection over. Nothing of the library's stands before it. */
  private void proceed(
      ChannelPipeline pipeline, ChannelHandler next, @Nullable ProtocolNegotiationEvent begin) {
    ByteBuf bytes = first;
    first = Unpooled.EMPTY_BUFFER;
    pipeline.replace(this, null, next);
    if (begin != null) {
      pipeline.fireUserEventTriggered(begin);
    }
    watchHandshake(pipeline);
    pipeline.fireChannelRead(bytes);
  }

  /** Has refusals of TLS told; the library itself says them in its debug log alone. */
  private static void watchHandshake(ChannelPipeline pipeline) {
    SslHandler ssl = pipeline.get(SslHandler.class);
    if (ssl != null) {
      Channel channel = pipeline.channel();
      SocketAddress peer = channel.remoteAddress();
      Future<Channel> unused =
          ssl.handshakeFuture()
              .addListener(
                  done -> {
                    if (done.cause() instanceof SSLException failure) {
                      refused(
                          channel.localAddress(),
                          peer,
                          RefusedConnection.Reason.HANDSHAKE,
                          String.valueOf(failure.getMessage()));
                    }
                  });
    }
  }

  private static void refused(
      SocketAddress local,
      @Nullable SocketAddress peer,
      RefusedConnection.Reason reason,
      String detail) {
    int port = local instanceof InetSocketAddress socket ? socket.getPort() : 0;
    Inbound.refused(new RefusedConnection(port, peer, reason, detail));
  }
}
