/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.engine.tls.MeshIdentity;
import dev.weft.agent.identity.IdentitySource;
import dev.weft.agent.identity.TlsContexts;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The identity in force, as the engine asks for it. Thread-safe. */
final class TlsIdentity implements MeshIdentity {
  private static final Logger logger = Logger.getLogger(TlsIdentity.class.getName());

  private final TlsContexts contexts;
  private final List<String> protocols;
  private final AtomicLong complainedOf = new AtomicLong();

  TlsIdentity(IdentitySource source, List<String> protocols) {
    this.contexts = new TlsContexts(source);
    this.protocols = List.copyOf(protocols);
  }

  @Override
  public long epoch() {
    return contexts.epoch();
  }

  @Override
  public @Nullable SSLContext client(Set<String> expectedSpiffeIds) {
    try {
      // Nobody is expected: nobody is accepted.
      return expectedSpiffeIds.isEmpty() ? null : contexts.client(expectedSpiffeIds);
    } catch (GeneralSecurityException | RuntimeException e) {
      complain(e);
      return null;
    }
  }

  @Override
  public @Nullable SSLContext server() {
    try {
      return contexts.server();
    } catch (GeneralSecurityException | RuntimeException e) {
      complain(e);
      return null;
    }
  }

  @Override
  public List<String> protocols() {
    return protocols;
  }

  /** Once for each identity. */
  private void complain(Exception cause) {
    long epoch = contexts.epoch();
    if (complainedOf.getAndSet(epoch) != epoch) {
      logger.log(
          Level.SEVERE,
          "This process's certificate cannot be used: what demands mutual TLS is refused",
          cause);
    }
  }
}
