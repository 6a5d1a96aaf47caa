/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.security.GeneralSecurityException;
import java.security.NoSuchProviderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS by the identity in force: one context for each set of expected peers and epoch, so that a
 * resumed session or a pooled connection never skips the check of who is there, and one for servers
 * in each epoch. Connections that were made with an older epoch's context live on. Thread-safe; the
 * first call for a set in an epoch costs about a millisecond, others read two references.
 *
 * <p>A peer is accepted if its certificate chains up to the trust bundle, is in time, is for
 * exactly one SPIFFE ID of the own trust domain, and, for clients, that ID is one of the expected.
 * Host names are not checked. Whether a server demands a certificate is set on its engine or socket
 * ({@code setNeedClientAuth}, {@code setWantClientAuth}), as are the protocols: {@link #TLS_1_3}
 * unless older ones are allowed.
 */
public final class TlsContexts {
  /** The name of the one protocol that is enabled if nothing else is allowed. */
  public static final String TLS_1_3 = "TLSv1.3";

  // A peer whose certificate ends or is no longer trusted is not let in longer by resumption.
  private static final int SESSION_SECONDS = 600;
  // The sets come from the configuration; this only bounds what one that flaps may hold.
  private static final int MOST_SETS = 4096;

  private final IdentitySource source;
  private volatile @Nullable Epoch epoch;

  /** Creates contexts that follow a source. */
  public TlsContexts(IdentitySource source) {
    this.source = source;
  }

  /** Creates contexts of an identity that stays as it is. */
  public static TlsContexts of(WorkloadIdentity identity) {
    return new TlsContexts(() -> identity);
  }

  /** Returns the epoch of the identity in force, or 0 before the first. */
  public long epoch() {
    WorkloadIdentity identity = source.current();
    return identity == null ? 0 : identity.epoch();
  }

  /**
   * Returns the context for connections to peers that must be one of these.
   *
   * @param expectedSpiffeIds full SPIFFE IDs, compared exactly; at least one
   * @return null as long as there is no identity: then a connection that demands TLS is refused
   * @throws GeneralSecurityException if the identity cannot be used on this JVM
   * @throws IllegalArgumentException if no ID is expected: that would accept any workload
   */
  public @Nullable SSLContext client(Set<String> expectedSpiffeIds)
      throws GeneralSecurityException {
    if (expectedSpiffeIds.isEmpty()) {
      throw new IllegalArgumentException(
          "expectedSpiffeIds: empty (expected: at least one SPIFFE ID)");
    }
    Epoch current = current();
    return current == null ? null : current.client(expectedSpiffeIds);
  }

  /**
   * Returns the context for accepting connections. It names the bundle's CAs in its certificate
   * requests, and no others.
   *
   * @return null as long as there is no identity
   * @throws GeneralSecurityException if the identity cannot be used on this JVM
   */
  public @Nullable SSLContext server() throws GeneralSecurityException {
    Epoch current = current();
    return current == null ? null : current.server;
  }

  /**
   * Returns who is at the other end of a connection that was made with one of these contexts.
   *
   * @return null if the peer showed no certificate
   */
  public static @Nullable SpiffeId peer(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? SpiffeId.of(certificate)
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    } catch (CertificateException e) {
      throw new IllegalStateException("A session that was not made by these contexts", e);
    }
  }

  private @Nullable Epoch current() throws GeneralSecurityException {
    WorkloadIdentity identity = source.current();
    if (identity == null) {
      return null;
    }
    Epoch known = epoch;
    return known != null && known.identity.epoch() == identity.epoch() ? known : next(identity);
  }

  private synchronized Epoch next(WorkloadIdentity identity) throws GeneralSecurityException {
    Epoch known = epoch;
    // Another thread may have been here with this identity, or with a newer one.
    if (known != null && known.identity.epoch() >= identity.epoch()) {
      return known;
    }
    Epoch made = new Epoch(identity);
    epoch = made;
    return made;
  }

  private static SSLContext context(WorkloadIdentity identity, Set<String> expected)
      throws GeneralSecurityException {
    SSLContext context = provided();
    context.init(
        new KeyManager[] {new CertificateKeyManager(identity.chain(), identity.key())},
        new TrustManager[] {new SpiffeTrustManager(identity, expected)},
        null);
    context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
    context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
    return context;
  }

  /**
   * Returns a new context that is not initialized.
   *
   * @throws GeneralSecurityException if this JVM has none
   */
  public static SSLContext provided() throws GeneralSecurityException {
    try {
      // The JDK's own, whatever the application has put before it: ours is tested with this one.
      return SSLContext.getInstance("TLS", "SunJSSE");
    } catch (NoSuchProviderException e) {
      return SSLContext.getInstance("TLS");
    }
  }

  /** The contexts of one identity. */
  private static final class Epoch {
    private final WorkloadIdentity identity;
    private final SSLContext server;
    private final Map<Set<String>, SSLContext> clients = new ConcurrentHashMap<>();

    Epoch(WorkloadIdentity identity) throws GeneralSecurityException {
      this.identity = identity;
      this.server = context(identity, Set.of());
    }

    SSLContext client(Set<String> expected) throws GeneralSecurityException {
      SSLContext known = clients.get(expected);
      if (known != null) {
        return known;
      }
      SSLContext made = context(identity, expected);
      if (clients.size() >= MOST_SETS) {
        clients.clear();
      }
      SSLContext earlier = clients.putIfAbsent(Set.copyOf(expected), made);
      return earlier == null ? made : earlier;
    }
  }
}
