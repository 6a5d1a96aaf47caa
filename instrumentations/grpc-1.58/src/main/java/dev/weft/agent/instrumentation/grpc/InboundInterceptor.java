/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Asks the mesh about each call that comes in over the network, before any interceptor of the
 * application, and closes the call in the application's place if it says so.
 */
final class InboundInterceptor implements ServerInterceptor {
  static final InboundInterceptor INSTANCE = new InboundInterceptor();

  private InboundInterceptor() {}

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
    if (!(address instanceof InetSocketAddress local)) {
      return next.startCall(call, headers);
    }
    InboundCall inbound = null;
    Reply reply;
    try {
      inbound = begin(call, headers, local);
      reply = inbound == null ? null : inbound.reply();
      if (inbound != null && reply == null && inbound.changesRequest()) {
        inbound.mutateRequest(headers, MetadataHeaders.INSTANCE);
      }
    } catch (RuntimeException | LinkageError e) {
      return failed(call, headers, next, inbound, local.getPort(), e);
    }
    if (inbound == null) {
      return next.startCall(call, headers);
    }
    if (reply != null) {
      return AnsweredCall.answer(call, inbound, reply);
    }
    return handle(new ObservedServerCall<>(call, inbound), headers, next, inbound);
  }

  private static @Nullable InboundCall begin(
      ServerCall<?, ?> call, Metadata headers, InetSocketAddress local) {
    Attributes attributes = call.getAttributes();
    InboundRequest request =
        new InboundRequest(
            call.getAuthority(),
            call.getMethodDescriptor().getFullMethodName(),
            headers,
            local.getPort());
    Peer peer =
        new Peer(
            MeshPeer.spiffeId(attributes),
            ip(attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
            ip(local),
            local.getPort(),
            MeshPeer.serverName(attributes));
    return Inbound.begin(request, InboundReader.INSTANCE, peer);
  }

  private static <ReqT, RespT> ServerCall.Listener<ReqT> handle(
      ObservedServerCall<ReqT, RespT> observed,
      Metadata headers,
      ServerCallHandler<ReqT, RespT> next,
      InboundCall inbound) {
    ServerCall.Listener<ReqT> listener;
    try {
      listener = next.startCall(observed, headers);
    } catch (Throwable e) {
      inbound.end(200, Status.Code.UNKNOWN.value()); // that is how the library closes it
      throw e;
    }
    return observed.observing(listener);
  }

  /** Our own fault: the call is refused where something guards, and let through elsewhere. */
  private static <ReqT, RespT> ServerCall.Listener<ReqT> failed(
      ServerCall<ReqT, RespT> call,
      Metadata headers,
      ServerCallHandler<ReqT, RespT> next,
      @Nullable InboundCall begun,
      int port,
      Throwable fault) {
    boolean isRefused = Inbound.failed(ChannelBuild.HOOK, port, fault);
    if (begun != null) {
      begun.end(200, Status.Code.UNAVAILABLE.value());
    }
    if (!isRefused) {
      return next.startCall(call, headers);
    }
    call.close(
        Status.UNAVAILABLE.withDescription("Weft failed to decide about the call"), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private static @Nullable String ip(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress socket && socket.getAddress() != null
        ? socket.getAddress().getHostAddress()
        : null;
  }
}
