/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsContextsTest {
  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final WorkloadIdentity ORDERS = CA.issue("shop", "orders");
  private static final WorkloadIdentity FRONT = CA.issue("shop", "front");
  private static final String ORDERS_ID = "spiffe://mesh.test/ns/shop/sa/orders";

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void twoWorkloadsOfOneBundleSeeEachOthersIdentity(String protocol) throws Exception {
    Outcome outcome = connect(FRONT, Set.of(ORDERS_ID), ORDERS, protocol);

    assertThat(outcome.seenByClient()).isEqualTo(ORDERS.id());
    assertThat(outcome.seenByServer()).isEqualTo(FRONT.id());
  }

  @Test
  void aServerThatIsAnotherWorkloadIsRefused() {
    assertThatThrownBy(
            () -> connect(FRONT, Set.of("spiffe://mesh.test/ns/shop/sa/billing"), ORDERS))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("The peer is " + ORDERS_ID);
  }

  @Test
  void identitiesAreComparedExactly() {
    assertThatThrownBy(() -> connect(FRONT, Set.of(ORDERS_ID + "x"), ORDERS))
        .isInstanceOf(SSLException.class);
    assertThatThrownBy(
            () -> connect(FRONT, Set.of(ORDERS_ID.substring(0, ORDERS_ID.length() - 1)), ORDERS))
        .isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> connect(FRONT, Set.of("spiffe://mesh.test/ns/shop/sa/Orders"), ORDERS))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void aServerOfAnotherAuthorityIsRefused() {
    WorkloadIdentity stranger = TestAuthority.create("mesh.test").issue("shop", "orders");

    assertThatThrownBy(() -> connect(FRONT, Set.of(ORDERS_ID), stranger))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void anExpiredCertificateIsRefused() {
    Instant now = Instant.now();
    WorkloadIdentity expired =
        CA.issue("shop", "orders", now.minus(Duration.ofHours(2)), now.minus(Duration.ofHours(1)));

    assertThatThrownBy(() -> connect(FRONT, Set.of(ORDERS_ID), expired))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void aCertificateForTwoUrisIsRefused() {
    KeyPair keys = TestAuthority.keyPair();
    Instant now = Instant.now();
    X509Certificate two =
        CA.certificate(
            keys.getPublic(),
            now.minusSeconds(60),
            now.plusSeconds(600),
            ORDERS_ID,
            "spiffe://mesh.test/ns/shop/sa/front");
    WorkloadIdentity ambiguous =
        new WorkloadIdentity(ORDERS.id(), List.of(two), keys.getPrivate(), CA.bundle(), 1);

    assertThatThrownBy(() -> connect(FRONT, Set.of(ORDERS_ID), ambiguous))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("more than one URI");
  }

  @Test
  void anAuthorityHasNoSayAboutAnotherTrustDomain() {
    KeyPair keys = TestAuthority.keyPair();
    Instant now = Instant.now();
    String foreign = "spiffe://elsewhere.test/ns/shop/sa/orders";
    X509Certificate leaf =
        CA.certificate(keys.getPublic(), now.minusSeconds(60), now.plusSeconds(600), foreign);
    WorkloadIdentity intruder =
        new WorkloadIdentity(ORDERS.id(), List.of(leaf), keys.getPrivate(), CA.bundle(), 1);

    assertThatThrownBy(() -> connect(FRONT, Set.of(foreign), intruder))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("expected: trust domain mesh.test");
  }

  @Test
  void aLibrarysWishToSeeAHostNameIsNotHeard() throws Exception {
    SSLContext client = TlsContexts.of(FRONT).client(Set.of(ORDERS_ID));
    try (Server server = new Server(context(TlsContexts.of(ORDERS)))) {
      SSLSocket socket = server.dial(notNull(client));
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);

      assertThat(server.exchange(socket, TlsContexts.TLS_1_3).seenByClient())
          .isEqualTo(ORDERS.id());
    }
  }

  @Test
  void whileAuthoritiesAreReplacedBothOldAndNewAreAccepted() throws Exception {
    TestAuthority next = TestAuthority.create("mesh.test");
    TrustBundle both = new TrustBundle(List.of(CA.certificate(), next.certificate()));
    WorkloadIdentity old = with(FRONT, both);
    WorkloadIdentity renewed = with(next.issue("shop", "orders"), both);

    assertThat(connect(old, Set.of(ORDERS_ID), renewed).seenByServer()).isEqualTo(FRONT.id());
    assertThat(connect(renewed, Set.of(FRONT.id().toString()), old).seenByServer())
        .isEqualTo(ORDERS.id());
  }

  @Test
  void aSessionIsResumedForTheSameExpectedPeersOnly() throws Exception {
    TlsContexts front = TlsContexts.of(FRONT);
    SSLContext orders = notNull(front.client(Set.of(ORDERS_ID)));
    SSLContext billing = notNull(front.client(Set.of("spiffe://mesh.test/ns/shop/sa/billing")));
    try (Server server = new Server(context(TlsContexts.of(ORDERS)))) {
      Outcome first = server.exchange(server.dial(orders), TlsContexts.TLS_1_3);
      Outcome again = server.exchange(server.dial(orders), TlsContexts.TLS_1_3);

      assertThat(again.created()).isEqualTo(first.created());
      assertThat(again.seenByServer()).isEqualTo(FRONT.id());
      assertThatThrownBy(() -> server.exchange(server.dial(billing), TlsContexts.TLS_1_3))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void contextsAreKeptForAnEpochAndMadeAnewForTheNext() throws Exception {
    AtomicReference<@Nullable WorkloadIdentity> current = new AtomicReference<>(FRONT);
    TlsContexts contexts = new TlsContexts(current::get);
    SSLContext client = contexts.client(Set.of(ORDERS_ID));
    SSLContext server = contexts.server();

    assertThat(contexts.client(Set.of(ORDERS_ID))).isSameAs(client);
    assertThat(contexts.client(Set.of(FRONT.id().toString()))).isNotSameAs(client);
    assertThat(contexts.server()).isSameAs(server);

    current.set(new WorkloadIdentity(FRONT.id(), FRONT.chain(), FRONT.key(), FRONT.bundle(), 2));

    assertThat(contexts.epoch()).isEqualTo(2);
    assertThat(contexts.client(Set.of(ORDERS_ID))).isNotSameAs(client);
    assertThat(contexts.server()).isNotSameAs(server);
  }

  @Test
  void withoutAnIdentityThereIsNoContext() throws Exception {
    TlsContexts contexts = new TlsContexts(() -> null);

    assertThat(contexts.client(Set.of(ORDERS_ID))).isNull();
    assertThat(contexts.server()).isNull();
    assertThat(contexts.epoch()).isZero();
  }

  @Test
  void anyoneIsNoExpectation() {
    assertThatThrownBy(() -> TlsContexts.of(FRONT).client(Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static WorkloadIdentity with(WorkloadIdentity identity, TrustBundle bundle) {
    return new WorkloadIdentity(
        identity.id(), identity.chain(), identity.key(), bundle, identity.epoch());
  }

  private static SSLContext context(TlsContexts contexts) throws Exception {
    return notNull(contexts.server());
  }

  private static SSLContext notNull(@Nullable SSLContext context) {
    assertThat(context).isNotNull();
    return context;
  }

  private static Outcome connect(
      WorkloadIdentity client, Set<String> expected, WorkloadIdentity server) throws Exception {
    return connect(client, expected, server, TlsContexts.TLS_1_3);
  }

  private static Outcome connect(
      WorkloadIdentity client, Set<String> expected, WorkloadIdentity server, String protocol)
      throws Exception {
    try (Server running = new Server(context(TlsContexts.of(server)))) {
      SSLContext context = notNull(TlsContexts.of(client).client(expected));
      return running.exchange(running.dial(context), protocol);
    }
  }

  private record Outcome(
      @Nullable SpiffeId seenByClient, @Nullable SpiffeId seenByServer, long created) {}

  /** Accepts one connection after another and demands a certificate. */
  private static final class Server implements AutoCloseable {
    private final SSLServerSocket listening;

    Server(SSLContext context) throws IOException {
      listening =
          (SSLServerSocket)
              context
                  .getServerSocketFactory()
                  .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
      listening.setNeedClientAuth(true);
    }

    SSLSocket dial(SSLContext context) throws IOException {
      Socket plain = new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
      plain.setSoTimeout(10_000);
      // With a host and a port, since sessions are resumed by these.
      return (SSLSocket)
          context
              .getSocketFactory()
              .createSocket(plain, "127.0.0.1", listening.getLocalPort(), true);
    }

    /** One octet there and back, then each side's view of the other. */
    Outcome exchange(SSLSocket client, String protocol) throws Exception {
      CompletableFuture<@Nullable SpiffeId> atServer = CompletableFuture.supplyAsync(this::accept);
      try (client) {
        client.setEnabledProtocols(new String[] {protocol});
        client.getOutputStream().write(1);
        assertThat(client.getInputStream().read()).isEqualTo(1);
        SSLSession session = client.getSession();
        client.close(); // which the server waits for
        return new Outcome(
            TlsContexts.peer(session),
            atServer.get(10, TimeUnit.SECONDS),
            session.getCreationTime());
      } catch (SSLException e) {
        try {
          atServer.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
          e.addSuppressed(refused);
        }
        throw e;
      }
    }

    private @Nullable SpiffeId accept() {
      try (SSLSocket socket = (SSLSocket) listening.accept()) {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(socket.getInputStream().read());
        SpiffeId peer = TlsContexts.peer(socket.getSession());
        // The client has what it waits for before this end is gone.
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        return peer;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }
}
