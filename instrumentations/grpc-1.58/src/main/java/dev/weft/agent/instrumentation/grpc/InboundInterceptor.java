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
    Attributes attributes = call.getAttributes();
    if (!(attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR) instanceof InetSocketAddress local)) {
      return next.startCall(call, headers);
    }
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
            null);
    InboundCall inbound = Inbound.begin(request, InboundReader.INSTANCE, peer);
    if (inbound == null) {
      return next.startCall(call, headers);
    }
    Reply reply = inbound.reply();
    if (reply == null && inbound.changesRequest()) {
      inbound.mutateRequest(headers, MetadataHeaders.INSTANCE);
    }
    return reply == null
        ? handle(call, headers, next, inbound)
        : AnsweredCall.answer(call, inbound, reply);
  }

  private static <ReqT, RespT> ServerCall.Listener<ReqT> handle(
      ServerCall<ReqT, RespT> call,
      Metadata headers,
      ServerCallHandler<ReqT, RespT> next,
      InboundCall inbound) {
    ObservedServerCall<ReqT, RespT> observed = new ObservedServerCall<>(call, inbound);
    ServerCall.Listener<ReqT> listener;
    try {
      listener = next.startCall(observed, headers);
    } catch (Throwable e) {
      inbound.end(200, Status.Code.UNKNOWN.value()); // that is how the library closes it
      throw e;
    }
    return observed.observing(listener);
  }

  private static @Nullable String ip(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress socket && socket.getAddress() != null
        ? socket.getAddress().getHostAddress()
        : null;
  }
}
