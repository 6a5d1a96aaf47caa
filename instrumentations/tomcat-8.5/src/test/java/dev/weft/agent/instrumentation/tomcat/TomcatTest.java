/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.instrumentation.testing.PlainWeaver;
import dev.weft.agent.instrumentation.testing.ScriptedGate;
import dev.weft.agent.seam.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.valves.rewrite.RewriteValve;
import org.apache.coyote.ProtocolHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the mesh is asked and told, in the version of Tomcat that is on the class path. */
class TomcatTest {
  private static final Reply DENIED =
      new Reply(
          403,
          7,
          List.of(Map.entry("content-type", "text/plain"), Map.entry("x-by", "the mesh")),
          "RBAC: access denied: 100%",
          "",
          0);

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger handled = new AtomicInteger();

  @BeforeAll
  static void weave() {
    PlainWeaver.weave(new TomcatModule());
  }

  @BeforeEach
  void script() {
    AppScript.handleBy(
        (method, body) -> {
          handled.incrementAndGet();
          return method + ' ' + body;
        });
  }

  @AfterEach
  void release() {
    AppScript.release();
  }

  @Test
  void aPortIsReportedWhileTheConnectorAcceptsConnections() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      int port = server.port();
      assertThat(gate.ports()).containsExactly(Map.entry(port, "http"));

      ProtocolHandler protocol = server.connector().getProtocolHandler();
      protocol.pause();
      assertThat(gate.ports()).isEmpty();
      protocol.resume();
      assertThat(gate.ports()).containsExactly(Map.entry(port, "http"));
      server.connector().stop();
      assertThat(gate.ports()).isEmpty();
    }
  }

  @Test
  void aRequestIsReadAsItCameAndReachesTheApplicationDecoded() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      HttpResponse<String> answer =
          client.send(
              request(server, "/a%20b;v=1/../c?x=%2F&y")
                  .headers("x-many", "one", "X-Many", "two")
                  .POST(HttpRequest.BodyPublishers.ofString("hello"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());

      assertThat(answer.body()).isEqualTo("POST hello");
      assertThat(answer.headers().firstValue("x-path")).contains("/c");
      assertThat(gate.requests())
          .containsExactly(
              "POST 127.0.0.1/a%20b;v=1/../c?x=%2F&y http from 127.0.0.1 x-many: one,two");
      awaitEnds(gate, "200/-1");
    }
  }

  @ParameterizedTest
  @CsvSource({"/, 200", "/error, 404", "/fail, 500", "/timeout, 500"})
  void theStatusThatTheClientSeesIsReportedOnce(String path, int status) throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      assertThat(get(server, path).statusCode()).isEqualTo(status);
      assertThat(get(server, "/next").statusCode()).isEqualTo(200);

      awaitEnds(gate, status + "/-1", "200/-1");
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void anAsynchronousRequestEndsWithItsResponse(HttpClient.Version version) throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              request(server, "/async").version(version).build(),
              HttpResponse.BodyHandlers.ofString());
      await().until(() -> gate.requests().size() == 1);
      assertThat(gate.ends()).isEmpty();

      AppScript.release();

      assertThat(answer.get().statusCode()).isEqualTo(201);
      awaitEnds(gate, "201/-1");
    }
  }

  @Test
  void aRequestWhoseClientGoesAwayEndsOnce() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket
            .getOutputStream()
            .write(
                "GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
      }

      awaitEnds(gate, "200/-1");
    }
  }

  @Test
  void anAsynchronousRequestWhoseServerIsStoppedEndsOnce() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null)) {
      CompletableFuture<HttpResponse<String>> answer;
      try (TestTomcat server = TestTomcat.start()) {
        answer =
            client.sendAsync(
                request(server, "/never").build(), HttpResponse.BodyHandlers.ofString());
        // A server that is stopped before may forget the request.
        await().until(AppScript::isHanging);
      }

      // Tomcat 8.5 fails on a thread of its own when its executor is gone.
      await().dontCatchUncaughtExceptions().until(answer::isDone);
      await().dontCatchUncaughtExceptions().until(() -> !gate.ends().isEmpty());
      assertThat(gate.ends()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aReplyOfTheMeshIsSentInTheApplicationsPlace(HttpClient.Version version) throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", DENIED);
        TestTomcat server = TestTomcat.start()) {
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> answer =
            client.send(
                request(server, "/secret")
                    .version(version)
                    .POST(HttpRequest.BodyPublishers.ofString("x".repeat(1000)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.body()).isEqualTo("RBAC: access denied: 100%");
        assertThat(answer.headers().firstValue("content-type")).contains("text/plain");
        assertThat(answer.headers().firstValue("x-by")).contains("the mesh");
      }
      assertThat(handled).hasValue(0);
      awaitEnds(gate, "403/-1", "403/-1", "403/-1");
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aReplyToHeadHasNoBody(HttpClient.Version version) throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", DENIED);
        TestTomcat server = TestTomcat.start()) {
      HttpRequest head =
          request(server, "/")
              .version(version)
              .method("HEAD", HttpRequest.BodyPublishers.noBody())
              .build();
      assertThat(client.send(head, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(403);
      assertThat(get(server, "/").body()).isEqualTo(DENIED.body());
      awaitEnds(gate, "403/-1", "403/-1");
    }
  }

  @Test
  void aReplyMayBeDelayed() throws Exception {
    Duration delay = Duration.ofMillis(300);
    Reply late = new Reply(503, -1, List.of(), "", "", delay.toNanos());
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", late);
        TestTomcat server = TestTomcat.start()) {
      long start = System.nanoTime();

      assertThat(get(server, "/").statusCode()).isEqualTo(503);

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(delay.toNanos());
      awaitEnds(gate, "503/-1");
    }
  }

  @Test
  void aGrpcCallIsRefusedAsGrpcHasIt() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", DENIED);
        TestTomcat server = TestTomcat.start()) {
      HttpResponse<String> answer =
          client.send(
              request(server, "/shop.Orders/Get")
                  .header("content-type", "application/grpc+proto")
                  .POST(HttpRequest.BodyPublishers.ofString("ignored"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type")).contains("application/grpc");
      assertThat(answer.headers().firstValue("grpc-status")).contains("7");
      assertThat(answer.headers().firstValue("grpc-message"))
          .contains("RBAC: access denied: 100%25");
      awaitEnds(gate, "200/7");
    }
  }

  @Test
  void aRequestThatAValveRewritesIsAskedAboutOnce() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start(connector -> {}, TomcatTest::rewriteOld)) {
      assertThat(get(server, "/old").headers().firstValue("x-path")).contains("/new");

      assertThat(gate.requests()).hasSize(1);
      awaitEnds(gate, "200/-1");
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void faultOfOursRefusesWhereSomethingGuards(HttpClient.Version version) throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      gate.breakDown(true);

      HttpResponse<String> answer =
          client.send(
              request(server, "/").version(version).build(), HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(handled).hasValue(0);
      assertThat(gate.faults()).hasSize(1).first().asString().contains("NoSuchMethodError");
    }
  }

  @Test
  void faultOfOursLetsRequestsThroughWhereNothingGuards() throws Exception {
    try (ScriptedGate gate = new ScriptedGate("tomcat-8.5", null);
        TestTomcat server = TestTomcat.start()) {
      gate.breakDown(false);

      assertThat(get(server, "/").body()).isEqualTo("GET ");

      assertThat(gate.faults()).hasSize(1);
    }
  }

  @Test
  void requestsGoThroughWithoutAMesh() throws Exception {
    try (TestTomcat server = TestTomcat.start()) {
      assertThat(get(server, "/").body()).isEqualTo("GET ");
    }
  }

  private static void rewriteOld(Context context) {
    RewriteValve valve = new RewriteValve();
    context.getPipeline().addValve(valve);
    context.addLifecycleListener(
        event -> {
          if (event.getType().equals("after_start")) {
            setRules(valve);
          }
        });
  }

  private static void setRules(RewriteValve valve) {
    try {
      valve.setConfiguration("RewriteRule ^/old$ /new");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> get(TestTomcat server, String path)
      throws IOException, InterruptedException {
    return client.send(
        request(server, path).version(HttpClient.Version.HTTP_1_1).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(TestTomcat server, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  /** Waits for the ends, and for no more of them than requests. */
  private static void awaitEnds(ScriptedGate gate, String... ends) {
    await().untilAsserted(() -> assertThat(gate.ends()).containsExactlyInAnyOrder(ends));
    assertThat(gate.requests()).hasSameSizeAs(gate.ends());
  }
}
