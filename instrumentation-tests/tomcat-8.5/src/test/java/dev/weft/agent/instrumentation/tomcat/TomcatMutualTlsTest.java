/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.testing.HttpServerContract;
import dev.weft.agent.testing.MutualTlsServerContract;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mutual TLS of the NIO connector, on the version of Tomcat that is on the class path. */
class TomcatMutualTlsTest extends MutualTlsServerContract {
  private static final String PREFACE_AND_SETTINGS =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

  private @Nullable TestTomcat server;

  @Override
  protected int start(HttpServerContract.Application application) {
    AppScript.handleBy(application::handle);
    AppScript.release();
    TestTomcat started =
        TestTomcat.start(
            protocol(), connector -> connector.setProperty("maxThreads", "10"), context -> {});
    server = started;
    return started.port();
  }

  /** Returns the connector's protocol, as Tomcat's configuration has it. */
  protected String protocol() {
    return "HTTP/1.1";
  }

  @Override
  protected void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  @Order(1)
  void http2IsSpokenInTls() throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(front()).build();
    String big = "0123456789".repeat(100_000);

    HttpResponse<String> answer = client.send(request("/").POST(body(big)).build(), text());
    HttpResponse<String> again = client.send(request("/").POST(body("again")).build(), text());
    HttpResponse<String> denied = client.send(request("/not-for-front").build(), text());

    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.body().equals("POST " + big)).isTrue();
    assertThat(again.body()).isEqualTo("POST again");
    assertThat(denied.statusCode()).isEqualTo(403);
    assertThat(denied.version()).isEqualTo(HttpClient.Version.HTTP_2);
  }

  @Test
  @Order(1)
  void hostOfAPolicyIsTheAuthorityWithItsPortInHttp2Too() throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(front()).build();
    URI byName = URI.create("https://localhost:" + port() + "/not-by-this-host");

    HttpResponse<String> denied = client.send(HttpRequest.newBuilder(byName).build(), text());
    HttpResponse<String> other = client.send(request("/not-by-this-host").build(), text());

    assertThat(denied.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(denied.statusCode()).isEqualTo(403);
    assertThat(other.statusCode()).isEqualTo(200);
  }

  @Test
  @Order(1)
  void http2IsStillSpokenInPlaintext() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port() + "/");
    HttpRequest request = HttpRequest.newBuilder(uri).POST(body("hello")).build();

    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, text());

    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("POST hello");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  @Order(1)
  void fileThatTheConnectorSendsGoesThroughTls(HttpClient.Version version) throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(front()).version(version).build();

    for (int i = 0; i < 2; i++) {
      HttpResponse<String> answer = client.send(request("/sendfile").build(), text());

      assertThat(answer.version()).isEqualTo(version);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body().equals(AppScript.FILE)).isTrue();
    }
  }

  @Test
  @Order(1)
  void applicationSeesPlaintext() throws Exception {
    // In HTTP/2 it sees the scheme that its caller sends, with TLS or without.
    HttpClient client =
        HttpClient.newBuilder().sslContext(front()).version(HttpClient.Version.HTTP_1_1).build();

    HttpResponse<String> answer = client.send(request("/").build(), text());

    assertThat(answer.headers().firstValue("x-scheme")).contains("http false");
  }

  @Test
  @Order(1)
  void http2MayBeginWithoutBeingAgreedOn() throws Exception {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port());
        Socket secured =
            front().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port())) {
      for (Socket socket : List.of(plain, secured)) {
        socket.getOutputStream().write(PREFACE_AND_SETTINGS.getBytes(StandardCharsets.US_ASCII));

        byte[] frame = socket.getInputStream().readNBytes(9);
        assertThat(frame[3]).as("the type of the first frame: SETTINGS").isEqualTo((byte) 4);
      }
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port() + path));
  }

  private static HttpRequest.BodyPublisher body(String text) {
    return HttpRequest.BodyPublishers.ofString(text);
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }
}
