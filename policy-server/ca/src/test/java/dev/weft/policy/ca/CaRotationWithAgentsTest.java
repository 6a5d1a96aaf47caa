/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.identity.CertificateClient;
import dev.weft.agent.identity.IdentityKeeper;
import dev.weft.agent.identity.IdentityOptions;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.policy.ca.CaRotation.Step;
import dev.weft.protocol.names.PolicyServerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real identities of agents, through a whole rotation at the pace that is allowed. */
@Timeout(60)
class CaRotationWithAgentsTest {
  private static final Duration LIFETIME = Duration.ofSeconds(3);
  private static final dev.weft.agent.identity.SpiffeId ORDERS =
      new dev.weft.agent.identity.SpiffeId("mesh.test", "shop", "orders");
  private static final dev.weft.agent.identity.SpiffeId STOCK =
      new dev.weft.agent.identity.SpiffeId("mesh.test", "shop", "stock");

  @TempDir Path folder;
  private final ExecutorService accepting = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    accepting.shutdownNow();
  }

  @Test
  void noConnectionIsRefusedWhileTheCaIsReplaced() throws Exception {
    Path ca = folder.resolve("ca");
    CertificateAuthority authority =
        CertificateAuthority.openOrMake(ca, "mesh.test", LIFETIME, Clock.systemUTC());
    X509Certificate oldRoot = authority.roots().get(0);
    ServerTls serverTls = new ServerTls(authority, List.of("127.0.0.1"), null);
    SSLContext server = SSLContext.getInstance("TLS");
    server.init(
        new KeyManager[] {serverTls.keyManager()},
        new TrustManager[] {serverTls.trustManager()},
        null);
    CaRotation rotation = new CaRotation(ca, LIFETIME, Clock.systemUTC());

    try (IdentityKeeper orders = start(ORDERS, authority, server);
        IdentityKeeper stock = start(STOCK, authority, server)) {
      await().until(() -> orders.current() != null && stock.current() != null);
      rotation.prepare(null, "mesh.test");
      connectUntil(orders, stock, () -> isTaken(() -> rotation.switchOver(false)));
      connectUntil(orders, stock, () -> isTaken(() -> rotation.finish(false)));
      connectUntil(orders, stock, () -> !isTrusted(orders, oldRoot) && !isTrusted(stock, oldRoot));

      assertThat(rotation.status().step()).isEqualTo(Step.NONE);
      assertThat(orders.status().lastError()).isEmpty();
      assertThat(stock.status().lastError()).isEmpty();
    }
  }

  /** Makes connections both ways until something has happened; each has to be made. */
  private void connectUntil(IdentityKeeper one, IdentityKeeper other, Condition happened)
      throws Exception {
    do {
      connect(one, other);
      connect(other, one);
    } while (!happened.isSo());
  }

  private void connect(IdentityKeeper from, IdentityKeeper to) throws Exception {
    WorkloadIdentity caller = Objects.requireNonNull(from.current());
    WorkloadIdentity callee = Objects.requireNonNull(to.current());
    try {
      SSLContext client = from.contexts().client(Set.of(callee.id().toString()));
      SSLContext server = to.contexts().server();
      handshake(Objects.requireNonNull(server), Objects.requireNonNull(client).getSocketFactory());
    } catch (IOException e) {
      // On a machine that stands still for a second a renewal comes too late: that is not meant.
      Instant now = Instant.now();
      if (caller.notAfter().isAfter(now) && callee.notAfter().isAfter(now)) {
        throw e;
      }
    }
  }

  /** Makes a connection, and returns when both sides have agreed. */
  private void handshake(SSLContext server, SSLSocketFactory sockets) throws IOException {
    try (SSLServerSocket listening =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listening.setWantClientAuth(true);
      Future<Integer> accepted =
          accepting.submit(
              () -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                  int read = socket.getInputStream().read();
                  socket.getOutputStream().write(read);
                  return read;
                }
              });
      try (SSLSocket socket =
          (SSLSocket)
              sockets.createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
        socket.getOutputStream().write('x');
        if (socket.getInputStream().read() != 'x') { // TLS 1.3: a refusal shows here
          throw new IOException("the connection ended: " + accepted);
        }
      }
    }
  }

  private IdentityKeeper start(
      dev.weft.agent.identity.SpiffeId id, CertificateAuthority authority, SSLContext server) {
    CertificateClient client =
        (sockets, bearer, request) -> {
          try {
            handshake(server, sockets);
            return authority
                .issue(
                    CertificateAuthority.read(request),
                    SpiffeId.parse(id.toString()),
                    Duration.ZERO)
                .pem();
          } catch (Refusal e) {
            throw new IOException(e);
          }
        };
    String token = "weft1.a.b." + String.join(".", authority.pins());
    return IdentityKeeper.start(
        new IdentityOptions(
            id,
            token,
            null,
            null,
            List.of(),
            null,
            null,
            PolicyServerIdentity.spiffeId("mesh.test")),
        client);
  }

  private static boolean isTrusted(IdentityKeeper keeper, X509Certificate root) {
    return Objects.requireNonNull(keeper.current()).bundle().authorities().contains(root);
  }

  /** Returns false if it is too early for a step. */
  private static boolean isTaken(Action step) throws IOException {
    try {
      step.run();
      return true;
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("too early");
      return false;
    }
  }

  private interface Condition {
    boolean isSo() throws IOException;
  }

  private interface Action {
    void run() throws IOException;
  }
}
