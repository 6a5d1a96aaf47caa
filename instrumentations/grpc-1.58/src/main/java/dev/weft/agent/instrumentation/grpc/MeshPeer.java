/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.PeerCertificate;
import io.grpc.Attributes;
import io.grpc.Grpc;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The caller at the other end of a connection that was secured by the mesh and not by the
 * application, whose own TLS says nothing about SPIFFE IDs. One for a connection. Thread-safe.
 */
public final class MeshPeer {
  private static final Attributes.Key<MeshPeer> KEY = Attributes.Key.create("weft-peer");

  private volatile @Nullable String spiffeId;

  private MeshPeer() {}

  /** Returns the attributes of a connection that is about to be secured by the mesh. */
  public static Attributes markedIn(Attributes attributes) {
    return attributes.toBuilder().set(KEY, new MeshPeer()).build();
  }

  /** Returns the verified peer of a call's connection; null if the mesh has not secured it. */
  static @Nullable String spiffeId(Attributes attributes) {
    MeshPeer peer = attributes.get(KEY);
    SSLSession session = peer == null ? null : attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    return peer == null || session == null ? null : peer.spiffeId(session);
  }

  /**
   * Returns the server name that the TLS of a call's connection asked for, whoever does it; null
   * for none.
   */
  static @Nullable String serverName(Attributes attributes) {
    SSLSession session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    return session == null ? null : PeerCertificate.serverName(session);
  }

  private @Nullable String spiffeId(SSLSession session) {
    String known = spiffeId;
    if (known == null) {
      known = PeerCertificate.spiffeId(session);
      spiffeId = known;
    }
    return known;
  }
}
