/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.instrumentation.testing.PlainWeaver;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.ServerTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A woven server speaks mutual TLS; who calls is not woven. */
@Timeout(60)
class MutualTlsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: orders\r\n\r\n";
  private static final int FUZZ = 2_000;
  private static final int BIG = 5_000_000;

  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final WorkloadIdentity ORDERS = CA.issue("shop", "orders");
  private static final WorkloadIdentity FRONT = CA.issue("shop", "front");
  private static final TlsContexts SERVER = TlsContexts.of(ORDERS);
  private static final TlsContexts CLIENT = TlsContexts.of(FRONT);

  private SecuredServer server;

  @BeforeAll
  static void weave() {
    PlainWeaver.weave(new JavaHttpServerModule());
  }

  @BeforeEach
  void start() throws IOException, GeneralSecurityException {
    server = new SecuredServer(tls(ServerTls.Mode.PERMISSIVE));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void onePortSpeaksPlaintextAndTls() throws Exception {
    try (Socket plain = plaintext();
        SSLSocket secured = handshake(CLIENT)) {
      assertThat(exchange(plain, GET)).isEqualTo("hello");
      assertThat(exchange(secured, GET)).isEqualTo("hello");
      assertThat(exchange(plain, GET)).isEqualTo("hello");
      assertThat(exchange(secured, GET)).isEqualTo("hello");

      assertThat(server.peers())
          .extracting(Peer::spiffeId)
          .containsExactly(null, FRONT.id().toString(), null, FRONT.id().toString());
      assertThat(secured.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void strictLetsNoPlaintextIn() throws Exception {
    server.speak(tls(ServerTls.Mode.STRICT));

    try (Socket plain = plaintext();
        SSLSocket secured = handshake(CLIENT)) {
      plain.getOutputStream().write(GET.getBytes(ISO_8859_1));

      assertThat(toItsEnd(plain)).isEmpty();
      assertThat(server.peers()).isEmpty();
      assertThat(exchange(secured, GET)).isEqualTo("hello");
    }
  }

  @Test
  void strictWithoutAnIdentityLetsNobodyIn() throws Exception {
    server.speak(new ServerTls(ServerTls.Mode.STRICT, null, List.of("TLSv1.3")));

    try (Socket plain = plaintext();
        Socket secured = plaintext()) {
      plain.getOutputStream().write(GET.getBytes(ISO_8859_1));
      secured.getOutputStream().write(clientHello());

      assertThat(toItsEnd(plain)).isEmpty();
      assertThat(toItsEnd(secured)).isEmpty();
      assertThat(server.peers()).isEmpty();
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

    assertThatThrownBy(() -> exchange(handshake(bare), GET)).isInstanceOf(IOException.class);
    assertThat(server.peers()).isEmpty();
  }

  @Test
  void callerOfAnotherCaIsNotLetIn() {
    WorkloadIdentity stranger = TestAuthority.create("mesh.test").issue("shop", "front");
    TlsContexts trusting =
        TlsContexts.of(
            new WorkloadIdentity(
                stranger.id(), stranger.chain(), stranger.key(), CA.bundle(), 1));

    assertThatThrownBy(() -> exchange(handshake(trusting), GET)).isInstanceOf(IOException.class);
    assertThat(server.peers()).isEmpty();
  }

  @Test
  void bigBodiesGoBothWaysOnAKeptConnection() throws Exception {
    byte[] body = new byte[BIG];
    new Random(1).nextBytes(body);
    String text = new String(body, ISO_8859_1);
    String post = "POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: " + BIG + "\r\n\r\n" + text;

    try (SSLSocket secured = handshake(CLIENT)) {
      Thread writer = new Thread(() -> send(secured, post + post));
      writer.start();

      assertThat(response(secured)).isEqualTo(text);
      assertThat(response(secured)).isEqualTo(text);
      writer.join();
    }
  }

  @Test
  void requestsThatComeTogetherAreAllAnswered() throws Exception {
    try (SSLSocket secured = handshake(CLIENT)) {
      send(secured, GET + GET + GET);

      assertThat(response(secured)).isEqualTo("hello");
      assertThat(response(secured)).isEqualTo("hello");
      assertThat(response(secured)).isEqualTo("hello");
      assertThat(exchange(secured, GET)).isEqualTo("hello");
    }
  }

  @Test
  void clientHelloMayComeInPieces() throws Exception {
    byte[] hello = clientHello();

    try (Socket socket = plaintext()) {
      socket.setTcpNoDelay(true);
      for (byte piece : hello) {
        socket.getOutputStream().write(piece);
      }

      assertThat(socket.getInputStream().read()).isEqualTo(0x16);
    }
  }

  @Test
  void callerMayStopSendingBeforeTheAnswer() throws Exception {
    try (SSLSocket secured = handshake(CLIENT)) {
      send(secured, GET);
      secured.shutdownOutput();

      assertThat(response(secured)).isEqualTo("hello");
      assertThat(secured.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void connectionThatTheServerClosesEndsWithAWord() throws Exception {
    try (SSLSocket secured = handshake(CLIENT)) {
      String close = GET.replace("Host:", "Connection: close\r\nHost:");

      assertThat(exchange(secured, close)).isEqualTo("hello");
      // Without close_notify it would be: an exception.
      assertThat(secured.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    ServerTls both = tls(ServerTls.Mode.STRICT);
    server.speak(new ServerTls(both.mode(), both.context(), List.of("TLSv1.3", "TLSv1.2")));

    try (SSLSocket secured = socket(context(CLIENT))) {
      secured.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThat(exchange(secured, GET)).isEqualTo("hello");

      assertThatThrownBy(
              () -> {
                secured.startHandshake();
                exchange(secured, GET);
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void applicationsOwnTlsIsLeftAlone() throws Exception {
    SSLContext own = SERVER.server();
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    https.setHttpsConfigurator(new HttpsConfigurator(own));
    https.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    https.start();
    try (SSLSocket secured =
        (SSLSocket)
            context(CLIENT)
                .getSocketFactory()
                .createSocket(https.getAddress().getAddress(), https.getAddress().getPort())) {
      send(secured, GET);

      assertThat(line(secured.getInputStream())).startsWith("HTTP/1.1 204");
    } finally {
      https.stop(0);
    }
  }

  @Test
  void hostileBeginningsLeaveNothingBehind() throws Exception {
    byte[] hello = clientHello();
    Random random = new Random(42);

    for (int i = 0; i < FUZZ; i++) {
      try (Socket socket = plaintext()) {
        try {
          socket.getOutputStream().write(mutated(hello, random));
          socket.shutdownOutput();
          toItsEnd(socket);
        } catch (IOException e) {
          // Reset: also an end.
        }
      }
    }

    Awaitility.await().until(() -> server.busyThreads() == 0);
    onePortSpeaksPlaintextAndTls();
  }

  private static byte[] mutated(byte[] hello, Random random) {
    int kind = random.nextInt(4);
    byte[] bytes = kind == 0 ? new byte[1 + random.nextInt(600)] : hello.clone();
    switch (kind) {
      case 0 -> {
        random.nextBytes(bytes);
        bytes[0] = random.nextBoolean() ? 0x16 : bytes[0];
      }
      case 1 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
      case 2 -> {
        for (int n = random.nextInt(8) + 1; n > 0; n--) {
          bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt();
        }
      }
      default -> {
        byte[] tail = new byte[random.nextInt(20_000)];
        random.nextBytes(tail);
        byte[] both = Arrays.copyOf(bytes, bytes.length + tail.length);
        System.arraycopy(tail, 0, both, bytes.length, tail.length);
        bytes = both;
      }
    }
    return bytes;
  }

  private static ServerTls tls(ServerTls.Mode mode) throws GeneralSecurityException {
    return new ServerTls(mode, SERVER.server(), List.of(TlsContexts.TLS_1_3));
  }

  private static SSLContext context(TlsContexts contexts) throws GeneralSecurityException {
    SSLContext context = contexts.client(Set.of(ORDERS.id().toString()));
    assertThat(context).isNotNull();
    return context;
  }

  private SSLSocket handshake(TlsContexts contexts) throws Exception {
    return handshake(context(contexts));
  }

  private SSLSocket handshake(SSLContext context) throws IOException {
    SSLSocket socket = socket(context);
    socket.startHandshake();
    return socket;
  }

  private SSLSocket socket(SSLContext context) throws IOException {
    return (SSLSocket)
        context
            .getSocketFactory()
            .createSocket(server.address().getAddress(), server.address().getPort());
  }

  private Socket plaintext() throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }

  private static byte[] clientHello() throws Exception {
    SSLEngine engine = context(CLIENT).createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    return Arrays.copyOf(hello.array(), hello.position());
  }

  private static String exchange(Socket socket, String request) throws IOException {
    send(socket, request);
    return response(socket);
  }

  private static void send(Socket socket, String request) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(ISO_8859_1));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one response that says how long it is. */
  private static String response(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int length = -1;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return new String(in.readNBytes(length), ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the end, in place of a line");
      }
      line.write(c);
    }
    return line.toString(ISO_8859_1).strip();
  }

  private static byte[] toItsEnd(Socket socket) throws IOException {
    return socket.getInputStream().readAllBytes();
  }
}
