/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.tls;

import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.seam.ClientTls;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How connections to one endpoint are secured in one epoch of our identity. Immutable.
 *
 * @param connectionKey differs from that of any other endpoint, expected peer or epoch; a host name
 */
public record Secured(long epoch, ClientTls tls, String connectionKey) {
  private static final int FINGERPRINT_BYTES = 8;

  /**
   * Returns how to secure connections to an endpoint by the identity in force, or null if there is
   * none.
   *
   * @param endpointKey what names the endpoint: the first labels of a host name
   */
  public static @Nullable Secured of(
      MeshIdentity identity, UpstreamTls wanted, String endpointKey) {
    long epoch = identity.epoch();
    SSLContext context = epoch == 0 ? null : identity.client(wanted.spiffeIds());
    if (context == null) {
      return null;
    }
    String serverName = wanted.serverName().isEmpty() ? null : wanted.serverName();
    return new Secured(
        epoch,
        new ClientTls(context, serverName, identity.protocols()),
        endpointKey + ".e" + epoch + "-" + fingerprint(wanted) + ".mtls.weft");
  }

  /** Returns what tells expectations apart: a key must not let one meet another's connection. */
  private static String fingerprint(UpstreamTls wanted) {
    String text = wanted.serverName() + " " + String.join(" ", new TreeSet<>(wanted.spiffeIds()));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
