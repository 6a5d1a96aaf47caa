/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.ca.PeerCertificates;
import dev.weft.policy.ca.SpiffeId;
import dev.weft.policy.discovery.AgentIdentity;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import javax.net.ssl.SSLSession;

/**
 * Tells discovery who an agent proved to be, and lets nobody in who proved nothing, unless plain
 * text is allowed and the connection is in plain text.
 */
final class AgentIdentities implements ServerInterceptor {
  private final String trustDomain;
  private final boolean plaintext;

  AgentIdentities(String trustDomain, boolean plaintext) {
    this.trustDomain = trustDomain;
    this.plaintext = plaintext;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null && plaintext) {
      return next.startCall(call, headers);
    }
    SpiffeId id = PeerCertificates.identity(session);
    // A connection that outlived its certificate is about to be closed.
    boolean isCurrent = PeerCertificates.isCurrent(session);
    if (id == null || !isCurrent || !id.trustDomain().equals(trustDomain)) {
      call.close(
          Status.UNAUTHENTICATED.withDescription(
              "no client certificate that is valid now for a workload of "
                  + trustDomain
                  + "; an agent gets one by a join token or a JWT"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    AgentIdentity identity = new AgentIdentity(id.namespace(), id.serviceAccount(), id.toString());
    return Contexts.interceptCall(
        Context.current().withValue(AgentIdentity.KEY, identity), call, headers, next);
  }
}
