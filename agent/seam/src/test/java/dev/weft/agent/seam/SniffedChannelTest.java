/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.agent.identity.ClientHellos;
import dev.weft.agent.identity.HostileCallers;
import dev.weft.agent.identity.OpensslClient;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.seam.RefusedConnection.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SniffedChannelTest {
  /** How many hostile beginnings there are. */
  private static final int FUZZ = Integer.getInteger("weft.fuzz", 2_000);

  private static final int BIG = 5_000_000;

  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final WorkloadIdentity ORDERS = CA.issue("shop", "orders");
  private static final WorkloadIdentity FRONT = CA.issue("shop", "front");

  /** Of the same name, by a CA that the mesh does not know. */
  private static final WorkloadIdentity STRANGER =
      TestAuthority.create("mesh.test").issue("shop", "front");

  @TempDir Path folder;

  @Test
  void onePortSpeaksPlaintextAndTls() throws Exception {
    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.PERMISSIVE));
        Socket plain = plaintext(server);
        SSLSocket secured = secured(server, FRONT)) {
      assertThat(echo(plain, "plain one")).isEqualTo("plain one");
      assertThat(echo(secured, "secret one")).isEqualTo("secret one");
      assertThat(echo(plain, "plain two")).isEqualTo("plain two");
      assertThat(echo(secured, "secret two")).isEqualTo("secret two");

      assertThat(server.heardFrom()).containsExactly("plaintext", FRONT.id().toString());
      assertThat(secured.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void strictLetsNoPlaintextIn() throws Exception {
    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.STRICT));
        Socket plain = plaintext(server);
        SSLSocket secured = secured(server, FRONT)) {
      plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));

      assertThat(getsNothing(plain)).isTrue();
      assertThat(server.heardFrom()).isEmpty();
      assertThat(echo(secured, "secret")).isEqualTo("secret");
    }
  }

  @Test
  void strictWithoutAnIdentityLetsNobodyIn() throws Exception {
    ServerTls nobody = new ServerTls(ServerTls.Mode.STRICT, null, List.of("TLSv1.3"));
    try (EchoServer server = new EchoServer(nobody);
        Socket plain = plaintext(server);
        Socket hello = plaintext(server)) {
      plain.getOutputStream().write("GET".getBytes(US_ASCII));
      hello.getOutputStream().write(clientHello());

      assertThat(getsNothing(plain)).isTrue();
      assertThat(getsNothing(hello)).isTrue();
      assertThat(server.heardFrom()).isEmpty();
    }
  }

  @Test
  void callerWithoutCertificateIsNotLetIn() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext bare = SSLContext.getInstance("TLS");
    bare.init(null, trust.getTrustManagers(), null);

    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.PERMISSIVE));
        SSLSocket socket = socket(bare, server)) {
      assertThatThrownBy(() -> echo(socket, "let me in")).isInstanceOf(IOException.class);
      assertThat(server.heardFrom()).isEmpty();
    }
  }

  @Test
  void callerOfAnotherCaIsNotLetIn() throws Exception {
    WorkloadIdentity trusting =
        new WorkloadIdentity(STRANGER.id(), STRANGER.chain(), STRANGER.key(), CA.bundle(), 1);

    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.PERMISSIVE));
        SSLSocket socket = socket(context(trusting), server)) {
      assertThatThrownBy(() -> echo(socket, "let me in")).isInstanceOf(IOException.class);
      assertThat(server.heardFrom()).isEmpty();
    }
  }

  @Test
  void muchGoesBothWaysAtOnce() throws Exception {
    byte[] much = new byte[BIG];
    new Random(1).nextBytes(much);

    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.STRICT));
        SSLSocket socket = secured(server, FRONT)) {
      Thread writer = new Thread(() -> send(socket, much));
      writer.start();

      assertThat(socket.getInputStream().readNBytes(BIG)).isEqualTo(much);
      writer.join();
    }
  }

  @Test
  void clientHelloMayComeInPieces() throws Exception {
    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.PERMISSIVE));
        Socket socket = plaintext(server)) {
      socket.setTcpNoDelay(true);
      for (byte piece : clientHello()) {
        socket.getOutputStream().write(piece);
      }

      assertThat(socket.getInputStream().read()).isEqualTo(0x16);
    }
  }

  @Test
  void callerMayStopSendingBeforeTheAnswer() throws Exception {
    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.STRICT));
        SSLSocket socket = secured(server, FRONT)) {
      send(socket, "the last word".getBytes(US_ASCII));
      socket.shutdownOutput();

      // With close_notify: without, the end would be an exception.
      assertThat(new String(toItsEnd(socket), US_ASCII)).isEqualTo("the last word");
    }
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    ServerTls older =
        new ServerTls(
            ServerTls.Mode.STRICT, TlsContexts.of(ORDERS).server(), List.of("TLSv1.3", "TLSv1.2"));

    try (EchoServer server = new EchoServer(older);
        SSLSocket socket = socket(context(FRONT), server)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThat(echo(socket, "first")).isEqualTo("first");
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");

      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                echo(socket, "again");
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void olderTlsIsRefusedUnlessAllowed() throws Exception {
    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.STRICT));
        SSLSocket socket = socket(context(FRONT), server)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});

      assertThatThrownBy(() -> echo(socket, "old")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void opensslIsLetInWithTheMeshsCertificateOnly() throws Exception {
    Assumptions.assumeTrue(OpensslClient.isHere());
    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.STRICT))) {
      assertThat(openssl(server, null)).doesNotContain("hello");
      assertThat(openssl(server, STRANGER)).doesNotContain("hello");
      assertThat(server.heardFrom()).isEmpty();

      assertThat(openssl(server, FRONT)).contains("hello");
      assertThat(server.heardFrom()).containsExactly(FRONT.id().toString());
    }
  }

  @Test
  void refusedConnectionIsToldWithItsPeerAndReason() throws Exception {
    List<RefusedConnection> refused = new CopyOnWriteArrayList<>();
    Inbound.install(new Refusals(refused));
    try (EchoServer strict = new EchoServer(tls(ServerTls.Mode.STRICT));
        EchoServer nobody =
            new EchoServer(new ServerTls(ServerTls.Mode.STRICT, null, List.of("TLSv1.3")));
        Socket plain = plaintext(strict);
        Socket noise = plaintext(strict);
        Socket hello = plaintext(nobody);
        SSLSocket secured = secured(strict, FRONT)) {
      plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
      Awaitility.await().until(() -> refused.size() == 1);
      noise.getOutputStream().write(new byte[] {0x16, 3, 1, 0, 5, 9, 9, 9, 9, 9});
      Awaitility.await().until(() -> refused.size() == 2);
      hello.getOutputStream().write(clientHello());
      Awaitility.await().until(() -> refused.size() == 3);

      assertThat(echo(secured, "secret")).isEqualTo("secret");
      assertThat(refused)
          .extracting(RefusedConnection::reason, RefusedConnection::port, RefusedConnection::peer)
          .containsExactly(
              tuple(Reason.PLAINTEXT, strict.port(), plain.getLocalSocketAddress()),
              tuple(Reason.HANDSHAKE, strict.port(), noise.getLocalSocketAddress()),
              tuple(Reason.NO_IDENTITY, nobody.port(), hello.getLocalSocketAddress()));
      assertThat(refused.get(1).detail()).isNotEmpty();
    } finally {
      Inbound.install(null);
    }
  }

  @Test
  @Timeout(3600)
  void hostileBeginningsLeaveNothingBehind() throws Exception {
    byte[] hello = clientHello();

    try (EchoServer server = new EchoServer(tls(ServerTls.Mode.PERMISSIVE))) {
      HostileCallers.call(server.port(), hello, FUZZ);

      Awaitility.await().until(() -> server.connections() == 0);
      try (SSLSocket socket = secured(server, FRONT)) {
        assertThat(echo(socket, "still here")).isEqualTo("still here");
      }
    }
  }

  private static ServerTls tls(ServerTls.Mode mode) throws GeneralSecurityException {
    return new ServerTls(mode, TlsContexts.of(ORDERS).server(), List.of(TlsContexts.TLS_1_3));
  }

  private static SSLContext context(WorkloadIdentity caller) throws GeneralSecurityException {
    SSLContext context = TlsContexts.of(caller).client(Set.of(ORDERS.id().toString()));
    if (context == null) {
      throw new IllegalStateException("no context");
    }
    return context;
  }

  private static SSLSocket secured(EchoServer server, WorkloadIdentity caller) throws Exception {
    return socket(context(caller), server);
  }

  private static SSLSocket socket(SSLContext context, EchoServer server) throws IOException {
    return (SSLSocket)
        context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static Socket plaintext(EchoServer server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private String openssl(EchoServer server, @Nullable WorkloadIdentity caller) throws Exception {
    return OpensslClient.exchange(server.port(), caller, "hello\n", "hello", folder);
  }

  private static byte[] clientHello() throws Exception {
    return ClientHellos.of(context(FRONT));
  }

  private static String echo(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    byte[] back = socket.getInputStream().readNBytes(text.length());
    if (back.length < text.length()) {
      throw new IOException("closed");
    }
    return new String(back, US_ASCII);
  }

  private static void send(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean getsNothing(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true; // reset, because something was not read
    }
  }

  private static byte[] toItsEnd(Socket socket) throws IOException {
    try (InputStream in = socket.getInputStream()) {
      return in.readAllBytes();
    }
  }

  /** Remembers what was refused. */
  private record Refusals(List<RefusedConnection> refused) implements InboundEngine {
    @Override
    public void listening(String hook, int port, String protocol, boolean takesTls) {}

    @Override
    public void closed(int port) {}

    @Override
    public <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
      return null;
    }

    @Override
    public void refused(RefusedConnection connection) {
      refused.add(connection);
    }
  }
}
