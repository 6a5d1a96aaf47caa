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
 * How connections to one endpoint are secured in one epoch of our identity, or of the files that it
 * is secured by. Immutable.
 *
 * @param connectionKey differs from that of any other endpoint, expected peer or epoch; a host name
 */
public record Secured(long epoch, ClientTls tls, String connectionKey) {
  /** What the connection keys end in; a client's adapter may know a secured connection by it. */
  private static final String SUFFIX = ".tls.weft";

  private static final int FINGERPRINT_BYTES = 8;

  /**
   * Returns how to secure connections to an endpoint by the identity in force, or null if there is
   * none.
   *
   * @param endpointKey what names the endpoint: the first labels of a host name
   */
  public static @Nullable Secured of(
      MeshIdentity identity, UpstreamTls.Mutual wanted, String endpointKey) {
    long epoch = identity.epoch();
    SSLContext context = epoch == 0 ? null : identity.client(wanted.spiffeIds());
    if (context == null) {
      return null;
    }
    String expected = String.join(" ", new TreeSet<>(wanted.spiffeIds()));
    return new Secured(
        epoch,
        new ClientTls(context, serverName(wanted), identity.protocols()),
        endpointKey + ".e" + epoch + "-" + fingerprint(wanted, expected) + SUFFIX);
  }

  /**
   * Returns how to secure connections to an endpoint outside of the mesh, or null if its files
   * cannot be used.
   *
   * @param endpointKey what names the endpoint: the first labels of a host name
   */
  public static @Nullable Secured of(UpstreamTls.Originated wanted, String endpointKey) {
    UpstreamTls.Originated.Origin origin = wanted.origin();
    SSLContext context = origin.context();
    if (context == null) {
      return null;
    }
    String expected = wanted.settings().toString();
    return new Secured(
        origin.epoch(),
        new ClientTls(context, serverName(wanted), wanted.settings().protocols()),
        endpointKey + ".o" + origin.epoch() + "-" + fingerprint(wanted, expected) + SUFFIX);
  }

  private static @Nullable String serverName(UpstreamTls wanted) {
    return wanted.serverName().isEmpty() ? null : wanted.serverName();
  }

  /** Returns what tells expectations apart: a key must not let one meet another's connection. */
  private static String fingerprint(UpstreamTls wanted, String expected) {
    String text = wanted.serverName() + " " + expected;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
