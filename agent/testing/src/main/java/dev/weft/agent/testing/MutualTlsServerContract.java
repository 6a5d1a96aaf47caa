/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.identity.ClientHellos;
import dev.weft.agent.identity.HostileCallers;
import dev.weft.agent.identity.OpensslClient;
import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.testing.RawConnection.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server module does whose hook takes the mesh's TLS at a port of an application that knows
 * plaintext only. Runs in a JVM of its own with {@code -javaagent:weft-agent.jar
 * -Dweft.xds.file=<file> -Dweft.identity.pem=<file>}: at first both are let in, then TLS only, then
 * plaintext only.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
public abstract class MutualTlsServerContract {
  /** How many hostile beginnings there are; the profile {@code fuzz} has more. */
  private static final int FUZZ = Integer.getInteger("weft.fuzz", 2_000);

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int BIG = 5_000_000;
  private static final int SILENT = 30;
  private static final int PERMISSIVE = 1;
  private static final int STRICT = 2;
  private static final int DISABLE = 3;

  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final WorkloadIdentity ORDERS = CA.issue("shop", "orders");
  private static final WorkloadIdentity FRONT = CA.issue("shop", "front");
  private static final WorkloadIdentity BACK = CA.issue("shop", "back");

  /** Of the same name, by a CA that the mesh does not know. */
  private static final WorkloadIdentity STRANGER = stranger();

  private static String mode = "";

  private final AtomicInteger handled = new AtomicInteger();
  private int port;

  @TempDir Path folder;

  /** Creates the contract. */
  protected MutualTlsServerContract() {}

  /**
   * Starts the library's server on any loopback port, and returns that. It handles several requests
   * at once.
   */
  protected abstract int start(HttpServerContract.Application application) throws Exception;

  /** Stops it. */
  protected abstract void stop();

  @BeforeEach
  void open() throws Exception {
    if (!Files.exists(identity())) {
      Path unfinished = folder.resolve("identity.pem");
      Files.writeString(
          unfinished,
          Pem.encode("PRIVATE KEY", ORDERS.key().getEncoded())
              + Pem.encode(ORDERS.chain())
              + ORDERS.bundle().pem());
      Files.move(unfinished, identity(), StandardCopyOption.REPLACE_EXISTING);
    }
    port =
        start(
            (method, body) -> {
              handled.incrementAndGet();
              return method + " " + body;
            });
    if (mode.isEmpty()) {
      configure("PERMISSIVE");
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(
              () -> {
                try (RawConnection secured = secured(FRONT)) {
                  return secured.exchange("GET", "/", null).status() == 200;
                }
              });
    }
    handled.set(0);
  }

  @AfterEach
  void close() {
    stop();
  }

  @AfterAll
  static void forgetTheConfiguration() throws IOException {
    mode = "";
    Files.deleteIfExists(configuration());
    Files.deleteIfExists(identity());
  }

  @Test
  @Order(PERMISSIVE)
  void onePortTakesPlaintextAndTls() throws Exception {
    try (RawConnection plain = plain();
        RawConnection secured = secured(FRONT)) {
      for (int i = 0; i < 10; i++) {
        assertThat(plain.exchange("POST", "/", "in the clear").body())
            .isEqualTo("POST in the clear");
        assertThat(secured.exchange("POST", "/", "in secret").body()).isEqualTo("POST in secret");
      }
    }
  }

  @Test
  @Order(PERMISSIVE)
  void principalReachesThePolicies() throws Exception {
    try (RawConnection front = secured(FRONT);
        RawConnection back = secured(BACK)) {
      assertThat(front.exchange("GET", "/not-for-front", null).status()).isEqualTo(403);
      assertThat(back.exchange("GET", "/not-for-front", null).status()).isEqualTo(200);
      assertThat(front.exchange("GET", "/", null).status()).isEqualTo(200);
      assertThat(front.exchange("GET", "/not-for-front", null).status()).isEqualTo(403);
    }
    assertThat(handled).hasValue(2);
  }

  @Test
  @Order(PERMISSIVE)
  void serverNameThatTheCallerAsksForReachesThePolicies() throws Exception {
    try (RawConnection denied = new RawConnection(asking(ContractGuard.DENIED_NAME));
        RawConnection inCapitals = new RawConnection(asking("DENIED.test"));
        RawConnection other = new RawConnection(asking("other.test"));
        RawConnection none = secured(FRONT)) {
      assertThat(denied.exchange("GET", "/", null).status()).isEqualTo(403);
      assertThat(denied.exchange("GET", "/", null).status()).isEqualTo(403);
      assertThat(inCapitals.exchange("GET", "/", null).status()).isEqualTo(403);
      assertThat(other.exchange("GET", "/", null).status()).isEqualTo(200);
      assertThat(none.exchange("GET", "/", null).status()).isEqualTo(200);
    }
    assertThat(handled).hasValue(2);
  }

  private SSLSocket asking(String serverName) throws Exception {
    SSLSocket socket = socket(context(FRONT));
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(serverName)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Test
  @Order(PERMISSIVE)
  void callerWithoutCertificateIsNotLetIn() throws Exception {
    assertNotLetIn(withoutCertificate());
  }

  @Test
  @Order(PERMISSIVE)
  void callerOfAnotherCaIsNotLetIn() throws Exception {
    assertNotLetIn(context(STRANGER));
  }

  @Test
  @Order(PERMISSIVE)
  void olderTlsIsNotLetIn() throws Exception {
    try (SSLSocket socket = socket(context(FRONT))) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});

      assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
    }
    assertThat(handled).hasValue(0);
  }

  @Test
  @Order(PERMISSIVE)
  void opensslIsLetInWithTheMeshsCertificateOnly() throws Exception {
    Assumptions.assumeTrue(OpensslClient.isHere());

    assertThat(openssl(null)).doesNotContain("HTTP/1.1");
    assertThat(openssl(STRANGER)).doesNotContain("HTTP/1.1");
    assertThat(handled).hasValue(0);

    assertThat(openssl(FRONT)).contains("HTTP/1.1 200");
    assertThat(handled).hasValue(1);
  }

  @Test
  @Order(PERMISSIVE)
  void bigBodiesGoThroughWhole() throws Exception {
    String big = "0123456789".repeat(BIG / 10);
    try (RawConnection secured = secured(FRONT)) {
      assertThat(secured.exchange("POST", "/", big).body().equals("POST " + big)).isTrue();
      assertThat(secured.exchange("POST", "/async", big).body().equals("POST " + big)).isTrue();
    }
  }

  @Test
  @Order(PERMISSIVE)
  void callerWhoReadsLateGetsAll() throws Exception {
    String big = "0123456789".repeat(BIG / 10);
    try (RawConnection secured = secured(FRONT);
        RawConnection other = secured(BACK)) {
      secured.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: " + BIG + "\r\n\r\n" + big);
      await().atMost(SOON).until(() -> handled.get() == 1);

      // Its answer waits for the wire by now, or soon.
      assertThat(other.exchange("GET", "/", null).status()).isEqualTo(200);
      assertThat(secured.answer("POST").body().equals("POST " + big)).isTrue();
    }
  }

  @Test
  @Order(PERMISSIVE)
  void requestsInOneRecordAreAllAnswered() throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      requests
          .append("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n")
          .append(String.format(Locale.ROOT, "%04d", i));
    }
    try (RawConnection secured = secured(FRONT)) {
      for (int round = 0; round < 2; round++) {
        secured.send(requests.toString());
        for (int i = 0; i < 20; i++) {
          assertThat(secured.answer("POST").body())
              .isEqualTo(String.format(Locale.ROOT, "POST %04d", i));
        }
      }
    }
  }

  @Test
  @Order(PERMISSIVE)
  void requestMayComeInManyRecords() throws Exception {
    try (RawConnection secured = secured(FRONT)) {
      String request = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello";
      for (int i = 0; i < request.length(); i++) {
        secured.send(request.substring(i, i + 1));
      }
      assertThat(secured.answer("POST").body()).isEqualTo("POST hello");
    }
  }

  @Test
  @Order(PERMISSIVE)
  void clientHelloMayComeInPieces() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      for (byte piece : ClientHellos.of(context(FRONT))) {
        socket.getOutputStream().write(piece);
      }

      assertThat(socket.getInputStream().read()).isEqualTo(0x16);
    }
  }

  @Test
  @Order(PERMISSIVE)
  void keysMayBeRenewed() throws Exception {
    try (SSLSocket socket = socket(context(FRONT));
        RawConnection secured = new RawConnection(socket)) {
      assertThat(secured.exchange("GET", "/", null).status()).isEqualTo(200);

      socket.startHandshake(); // in TLS 1.3: new keys

      assertThat(secured.exchange("POST", "/", "again").body()).isEqualTo("POST again");
      assertThat(secured.exchange("POST", "/", "again").body()).isEqualTo("POST again");
    }
  }

  @Test
  @Order(PERMISSIVE)
  void callerMayStopSendingBeforeTheAnswer() throws Exception {
    try (SSLSocket socket = socket(context(FRONT));
        RawConnection secured = new RawConnection(socket)) {
      secured.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nlast");
      socket.shutdownOutput();

      assertThat(secured.answer("POST").body()).isEqualTo("POST last");
      // With close_notify: without, the end would be another exception.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  @Order(PERMISSIVE)
  void serverSaysThatItCloses() throws Exception {
    try (SSLSocket socket = socket(context(FRONT));
        RawConnection secured = new RawConnection(socket)) {
      Answer answer = secured.exchange("GET", "/", null, "connection: close\r\n");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  @Order(PERMISSIVE)
  void silenceAfterTheFirstByteHoldsNobodyUp() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < SILENT; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(0x16);
        silent.add(socket);
      }
      try (RawConnection secured = secured(FRONT);
          RawConnection plain = plain()) {
        assertThat(secured.exchange("GET", "/", null).status()).isEqualTo(200);
        assertThat(plain.exchange("GET", "/", null).status()).isEqualTo(200);
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  @Timeout(3600)
  @Order(PERMISSIVE)
  void hostileBeginningsLeaveNothingBehind() throws Exception {
    byte[] hello = ClientHellos.of(context(FRONT));
    long before = OpenSockets.count();

    HostileCallers.call(port, hello, FUZZ);

    assertThat(handled).hasValue(0);
    await().atMost(SOON).until(() -> OpenSockets.count() <= before);
    try (RawConnection secured = secured(FRONT)) {
      assertThat(secured.exchange("GET", "/", null).status()).isEqualTo(200);
    }
  }

  @Test
  @Order(STRICT)
  void strictEndsPlaintextAtItsNextRequestAndKeepsTls() throws Exception {
    configure("PERMISSIVE");
    try (RawConnection plain = plain();
        RawConnection secured = secured(FRONT)) {
      assertThat(plain.exchange("GET", "/", null).status()).isEqualTo(200);
      assertThat(secured.exchange("GET", "/", null).status()).isEqualTo(200);

      configure("STRICT");

      assertThat(plain.exchange("GET", "/", null).status()).isEqualTo(403);
      assertThat(secured.exchange("GET", "/", null).status()).isEqualTo(200);
    }
  }

  @Test
  @Order(STRICT)
  void strictGivesPlaintextNothing() throws Exception {
    configure("STRICT");
    try (RawConnection plain = plain()) {
      assertThatThrownBy(() -> plain.exchange("GET", "/", null)).isInstanceOf(IOException.class);
    }
    try (RawConnection secured = secured(FRONT)) {
      assertThat(secured.exchange("POST", "/", "secret").body()).isEqualTo("POST secret");
      assertThat(secured.exchange("GET", "/not-for-front", null).status()).isEqualTo(403);
    }
    assertThat(handled).hasValue(1);
  }

  @Test
  @Order(DISABLE)
  void disableLeavesBytesAlone() throws Exception {
    configure("DISABLE");
    try (RawConnection plain = plain()) {
      assertThat(plain.exchange("GET", "/", null).status()).isEqualTo(200);
    }
    assertThat(speaksTls()).isFalse();
    assertThat(handled).hasValue(1);
  }

  private RawConnection secured(WorkloadIdentity caller) throws Exception {
    return new RawConnection(socket(context(caller)));
  }

  /** Returns what {@code shop/front} makes connections with, whom {@code /not-for-front} denies. */
  protected static SSLContext front() throws GeneralSecurityException {
    return context(FRONT);
  }

  /** Returns the port of the server that was started. */
  protected final int port() {
    return port;
  }

  private static SSLContext context(WorkloadIdentity caller) throws GeneralSecurityException {
    SSLContext context = TlsContexts.of(caller).client(Set.of(ORDERS.id().toString()));
    if (context == null) {
      throw new IllegalStateException("no context");
    }
    return context;
  }

  private SSLSocket socket(SSLContext context) throws IOException {
    return (SSLSocket)
        context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
  }

  private RawConnection plain() throws IOException {
    return new RawConnection(port);
  }

  private void assertNotLetIn(SSLContext context) {
    int before = handled.get();
    assertThatThrownBy(
            () -> {
              try (RawConnection connection = new RawConnection(socket(context))) {
                connection.exchange("GET", "/", null);
              }
            })
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SocketTimeoutException.class);
    assertThat(handled).hasValue(before);
  }

  private String openssl(@Nullable WorkloadIdentity caller) throws Exception {
    return OpensslClient.exchange(
        port,
        caller,
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200",
        folder);
  }

  private static SSLContext withoutCertificate() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext bare = SSLContext.getInstance("TLS");
    bare.init(null, trust.getTrustManagers(), null);
    return bare;
  }

  private static WorkloadIdentity stranger() {
    WorkloadIdentity issued = TestAuthority.create("mesh.test").issue("shop", "front");
    return new WorkloadIdentity(issued.id(), issued.chain(), issued.key(), CA.bundle(), 1);
  }

  /** Changes the mode and waits until it is in force. */
  private void configure(String wanted) {
    if (mode.equals(wanted)) {
      return;
    }
    ContractGuard.denying(new TestMesh(), "/not-for-front", FRONT.id().toString())
        .mutualTls(wanted)
        .write(configuration());
    mode = wanted;
    await().atMost(SOON).until(() -> wanted.equals(observedMode()));
    handled.set(0);
  }

  /** Returns the mode that a new connection meets. */
  private String observedMode() throws Exception {
    boolean isPlaintextIn = isLetIn(plain());
    if (!isPlaintextIn) {
      return "STRICT";
    }
    return speaksTls() ? "PERMISSIVE" : "DISABLE";
  }

  /** Returns whether the beginning of TLS is answered as such. */
  private boolean speaksTls() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(ClientHellos.of(context(BACK)));
      socket.shutdownOutput();
      return socket.getInputStream().read() == 0x16;
    } catch (SocketException e) {
      return false;
    }
  }

  private static boolean isLetIn(RawConnection connection) throws IOException {
    try (connection) {
      return connection.exchange("GET", "/", null).status() == 200;
    } catch (EOFException | SocketException e) {
      return false;
    }
  }

  private static Path configuration() {
    return path("weft.xds.file");
  }

  private static Path identity() {
    return path("weft.identity.pem");
  }

  private static Path path(String option) {
    String file = System.getProperty(option);
    assertThat(file).as("-D" + option).isNotNull();
    return Path.of(file);
  }
}
