/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.weft.agent.testing.TestClient;
import dev.weft.agent.testing.TestClient.Request;
import dev.weft.agent.testing.TestMesh;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 without TLS, which the client asks for by an upgrade and these servers agree to. */
class Http2Test {
  private static final Server ONE = start("one", "127.0.0.1", 0);
  private static final Server TWIN = start("twin", "127.0.0.2", ONE.activeLocalPort());

  private final TestClient client = new JdkClient(HttpClient.Version.HTTP_2, false);

  @BeforeAll
  static void writeTheMesh() {
    int port = ONE.activeLocalPort();
    List<String> one = List.of("127.0.0.1:" + port);
    new TestMesh()
        .host("h2.test", one, route -> {})
        .host("two.test", List.of("127.0.0.1:" + port, "127.0.0.2:" + port), route -> {})
        .host(
            "rewrite.test",
            one,
            route ->
                route
                    .setMatch(route.getMatch().toBuilder().setPrefix("/api/"))
                    .getRouteBuilder()
                    .setPrefixRewrite("/internal/")
                    .setHostRewriteLiteral("backend.internal"))
        .write(Path.of(System.getProperty("weft.xds.file")));
    TestClient first = new JdkClient(HttpClient.Version.HTTP_2, false);
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> first.send(Request.get("http://h2.test/")).status() == 200);
  }

  @AfterAll
  static void stopServers() {
    ONE.stop().join();
    TWIN.stop().join();
  }

  @Test
  void streamsOfOneConnectionForEachEndpointAreBalanced() throws Exception {
    client.send(Request.get("http://two.test/"));
    client.send(Request.get("http://two.test/")); // the upgrades: both connections are there now

    Map<String, Long> answers =
        IntStream.range(0, 100)
            .mapToObj(i -> body(Request.get("http://two.test/")))
            .collect(groupingBy(answer -> answer, counting()));

    assertThat(answers)
        .hasSize(2)
        .allSatisfy(
            (answer, count) -> {
              assertThat(answer).contains(" h2c two.test /");
              assertThat(count).isEqualTo(50);
            });
  }

  @Test
  void pathAndAuthorityAreRewritten() {
    body(Request.get("http://rewrite.test/api/first"));

    String answer = body(Request.get("http://rewrite.test/api/orders?id=7"));

    assertThat(answer).endsWith(" h2c backend.internal /internal/orders?id=7");
  }

  private String body(Request request) {
    try {
      return client.send(request).body();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Server start(String name, String address, int port) {
    Server server =
        Server.builder()
            .http(new InetSocketAddress(address, port))
            .serviceUnder("/", (context, request) -> answer(name, context, request))
            .build();
    server.start().join();
    return server;
  }

  /** Answers the server, the connection, the protocol, the authority and the path. */
  private static HttpResponse answer(
      String name, ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        name
            + " "
            + context.remoteAddress().getPort()
            + " "
            + context.sessionProtocol().uriText()
            + " "
            + request.authority()
            + " "
            + request.path());
  }
}
