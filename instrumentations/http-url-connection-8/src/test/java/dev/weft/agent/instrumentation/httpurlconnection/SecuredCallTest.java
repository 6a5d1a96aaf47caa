/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.instrumentation.testing.FilledBacklog;
import dev.weft.agent.instrumentation.testing.LocalServer;
import dev.weft.agent.instrumentation.testing.MeshTls;
import dev.weft.agent.instrumentation.testing.PlainWeaver;
import dev.weft.agent.instrumentation.testing.ScriptedAttempt;
import dev.weft.agent.instrumentation.testing.ScriptedMesh;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attempts that the mesh secures. */
@Timeout(30)
class SecuredCallTest {
  private static final MeshTls TLS = new MeshTls();

  private LocalServer secured;
  private LocalServer plain;
  private ServerSocket silent;
  private ScriptedMesh mesh;

  @BeforeAll
  static void weave() {
    PlainWeaver.weave(new HttpUrlConnectionModule());
  }

  @BeforeEach
  void start() throws IOException {
    secured = new LocalServer("secured", TLS);
    plain = new LocalServer("plain");
    silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    mesh = ScriptedMesh.installed();
  }

  @AfterEach
  void stop() throws IOException {
    mesh.close();
    secured.close();
    plain.close();
    silent.close();
  }

  @Test
  void connectionIsSecuredAndKeptAndTheApplicationSeesPlainHttp() throws IOException {
    mesh.manage("orders", n -> securely(secured.address()));
    secured.handle(LocalServer::echo);

    for (int i = 0; i < 10; i++) {
      HttpURLConnection connection = open("http://orders/a");
      connection.setDoOutput(true);
      try (OutputStream out = connection.getOutputStream()) {
        out.write("hello".getBytes(UTF_8));
      }
      assertThat(read(connection)).isEqualTo("got hello");
      assertThat(connection.getURL()).hasToString("http://orders/a");
    }

    assertThat(secured.connections()).isOne();
    assertThat(mesh.attempts())
        .allSatisfy(a -> assertThat(a.events()).containsExactly("headers 200", "end COMPLETE"));
  }

  @Test
  void connectionIsSharedByNobodyWithAnotherKey() throws IOException {
    mesh.manage("orders", n -> securely(secured.address()).key("epoch-" + n % 3));

    for (int i = 0; i < 9; i++) {
      assertThat(get("http://orders/")).isEqualTo("secured");
    }

    assertThat(secured.connections()).isEqualTo(3);
  }

  @Test
  void plaintextConnectionWithTheSameKeyIsNotUsed() throws IOException {
    mesh.manage(
        "orders",
        n ->
            n == 0
                ? ScriptedAttempt.to(plain.address()).key("same")
                : securely(secured.address()).key("same"));

    assertThat(get("http://orders/")).isEqualTo("plain");
    assertThat(get("http://orders/")).isEqualTo("secured");
  }

  @Test
  void readTimeoutOfTheApplicationIsKept() throws IOException {
    mesh.manage("orders", n -> securely(secured.address()).connectTimeoutMillis(60_000));
    secured.handle(exchange -> {}); // no answer

    HttpURLConnection connection = open("http://orders/");
    connection.setReadTimeout(300);

    assertThatThrownBy(connection::getResponseCode).isInstanceOf(SocketTimeoutException.class);
    assertThat(mesh.attempt(0).events()).containsExactly("failed APPLICATION_TIMEOUT");
  }

  @Test
  void peerWhoIsSomebodyElseGetsNoRequest() {
    mesh.manage("orders", n -> securely(secured.address()).tls(TLS.clientOfAnother()).key("other"));

    assertThatThrownBy(() -> get("http://orders/"))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("sa/orders");

    assertThat(secured.requests()).isEmpty();
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void anotherEndpointIsTriedIfTheMeshSaysSo() throws IOException {
    mesh.manage(
        "orders",
        n ->
            n == 0
                ? securely(secured.address())
                    .tls(TLS.clientOfAnother())
                    .key("other")
                    .retryOnFailure(0)
                : ScriptedAttempt.to(plain.address()));

    assertThat(get("http://orders/")).isEqualTo("plain");
  }

  @Test
  void faultOfOursSendsNothing() {
    mesh.manage("orders", n -> securely(plain.address()).tls(MeshTls.broken()).key("broken"));

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(SSLException.class);

    assertThat(plain.requests()).isEmpty();
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void serverThatSpeaksPlaintextGetsNoRequest() throws Exception {
    mesh.manage("orders", n -> securely(address(silent)));
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return get("http://orders/secret");
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            });

    byte[] received = new byte[16_384];
    int length;
    try (Socket caller = silent.accept()) {
      length = caller.getInputStream().read(received);
      caller.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SSLException.class);
      length += Math.max(0, caller.getInputStream().read(received, length, 1000)); // an alert
    }

    assertThat(new String(received, 0, length, ISO_8859_1)).doesNotContain("HTTP", "secret");
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void connectTimeoutIncludesTheHandshake() throws IOException {
    mesh.manage(
        "orders",
        n ->
            n == 0
                ? securely(address(silent)).connectTimeoutMillis(200).retryOnFailure(0)
                : securely(secured.address()));

    assertThat(get("http://orders/")).isEqualTo("secured");

    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void connectTimeoutLimitsConnecting() throws IOException {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        FilledBacklog filled = new FilledBacklog(full)) {
      mesh.manage(
          "orders",
          n ->
              n == 0
                  ? ScriptedAttempt.to(address(full)).connectTimeoutMillis(200).retryOnFailure(0)
                  : ScriptedAttempt.to(plain.address()));

      assertThat(get("http://orders/")).isEqualTo("plain");

      assertThat(filled.isFull()).isTrue();
      assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
    }
  }

  private static ScriptedAttempt securely(InetSocketAddress address) {
    return ScriptedAttempt.to(address).tls(TLS.client());
  }

  private static InetSocketAddress address(ServerSocket server) {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  private static HttpURLConnection open(String url) throws IOException {
    return (HttpURLConnection) URI.create(url).toURL().openConnection();
  }

  private static String get(String url) throws IOException {
    return read(open(url));
  }

  private static String read(HttpURLConnection connection) throws IOException {
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
