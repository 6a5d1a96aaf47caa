/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.instrumentation.testing.FilledBacklog;
import dev.weft.agent.instrumentation.testing.LocalServer;
import dev.weft.agent.instrumentation.testing.MeshTls;
import dev.weft.agent.instrumentation.testing.PlainWeaver;
import dev.weft.agent.instrumentation.testing.ScriptedAttempt;
import dev.weft.agent.instrumentation.testing.ScriptedMesh;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Attempts that the mesh secures. */
@Timeout(30)
class SecuredCallTest {
  private static final MeshTls TLS = new MeshTls();

  private LocalServer secured;
  private LocalServer plain;
  private ServerSocket silent;
  private ScriptedMesh mesh;
  private OkHttpClient client;

  @BeforeAll
  static void weave() {
    PlainWeaver.weave(new OkHttpModule());
  }

  @BeforeEach
  void start() throws IOException {
    secured = new LocalServer("secured", TLS);
    plain = new LocalServer("plain");
    silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    mesh = ScriptedMesh.installed();
    client = new OkHttpClient();
  }

  @AfterEach
  void stop() throws IOException {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
    mesh.close();
    secured.close();
    plain.close();
    silent.close();
  }

  @Test
  void connectionIsSecuredAndTheApplicationSeesPlainHttp() throws IOException {
    mesh.manage("orders", n -> securely(secured.address()));

    for (int i = 0; i < 10; i++) {
      try (Response response = client.newCall(request("http://orders/a")).execute()) {
        assertThat(Wire.body(response).string()).isEqualTo("secured");
        assertThat(response.request().url()).hasToString("http://orders/a");
        assertThat(response.handshake()).isNull();
      }
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
  void peerWhoIsSomebodyElseGetsNoRequest() {
    mesh.manage("orders", n -> securely(secured.address()).tls(TLS.clientOfAnother()));

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
                ? securely(secured.address()).tls(TLS.clientOfAnother()).retryOnFailure(0)
                : ScriptedAttempt.to(plain.address()));

    assertThat(get("http://orders/")).isEqualTo("plain");
  }

  @Test
  void faultOfOursSendsNothing() {
    mesh.manage("orders", n -> securely(plain.address()).tls(MeshTls.broken()));

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(SSLException.class);

    assertThat(plain.requests()).isEmpty();
    assertThat(plain.connections()).isZero();
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void serverThatSpeaksPlaintextGetsNoRequest() throws Exception {
    mesh.manage("orders", n -> securely(address(silent)));
    CompletableFuture<Response> answer = enqueue(client.newCall(request("http://orders/secret")));

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
  @DisabledIfSystemProperty(
      named = "weft.okhttp",
      matches = "3\\.9\\..*",
      disabledReason = "OkHttp learned it in 3.11")
  void http2WithPriorKnowledgeIsSpokenInTls() throws Exception {
    OkHttpClient http2 =
        client.newBuilder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
    try (SSLServerSocket server =
        (SSLServerSocket)
            TLS.serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      SSLParameters parameters = server.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"http/1.1", "h2"});
      server.setSSLParameters(parameters);
      mesh.manage("orders", n -> securely(address(server)));
      CompletableFuture<Response> answer = enqueue(http2.newCall(request("http://orders/")));

      try (SSLSocket caller = (SSLSocket) server.accept()) {
        byte[] preface = caller.getInputStream().readNBytes(24);

        assertThat(new String(preface, ISO_8859_1)).isEqualTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assertThat(caller.getApplicationProtocol()).isEqualTo("h2");
      }
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class); // the server has gone away
    }
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
  void perTryTimeoutIncludesTheHandshake() throws IOException {
    mesh.manage(
        "orders",
        n ->
            n == 0
                ? securely(address(silent)).timeoutMillis(200).retryOnFailure(0)
                : securely(secured.address()));

    assertThat(get("http://orders/")).isEqualTo("secured");

    assertThat(mesh.attempt(0).events()).containsExactly("failed TIMEOUT");
  }

  @Test
  void cancellingEndsAHandshake() throws Exception {
    mesh.manage("orders", n -> securely(address(silent)));
    Call call = client.newCall(request("http://orders/"));
    CompletableFuture<Response> answer = enqueue(call);

    try (Socket caller = silent.accept()) {
      assertThat(caller.getInputStream().read()).isEqualTo(0x16); // a handshake has begun
      call.cancel();
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class);
    }

    assertThat(mesh.attempt(0).events()).containsExactly("failed CANCELLED");
  }

  @Test
  @DisabledIfSystemProperty(
      named = "weft.okhttp",
      matches = "5\\..*",
      disabledReason = "OkHttp 5 settles the time before the mesh is asked")
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

  private static Request request(String url) {
    return new Request.Builder().url(url).build();
  }

  private String get(String url) throws IOException {
    try (Response response = client.newCall(request(url)).execute()) {
      return Wire.body(response).string();
    }
  }

  private static CompletableFuture<Response> enqueue(Call call) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            future.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, Response response) {
            future.complete(response);
          }
        });
    return future;
  }
}
