/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.instrumentation.testing.ScriptedGate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests when the adapter itself fails. */
class InboundFilterTest {
  private final AtomicInteger handled = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server
        .createContext(
            "/",
            exchange -> {
              handled.incrementAndGet();
              exchange.sendResponseHeaders(200, -1);
              exchange.close();
            })
        .getFilters()
        .add(new InboundFilter());
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void faultOfOursRefusesWhereSomethingGuards() throws Exception {
    try (ScriptedGate gate = new ScriptedGate(Servers.HOOK, null)) {
      gate.breakDown(true);

      assertThat(status()).isEqualTo(503);
      assertThat(status()).isEqualTo(503);
      assertThat(handled).hasValue(0);
      assertThat(gate.faults()).hasSize(2).first().asString().contains("NoSuchMethodError");
    }
  }

  @Test
  void faultOfOursLetsRequestsThroughWhereNothingGuards() throws Exception {
    try (ScriptedGate gate = new ScriptedGate(Servers.HOOK, null)) {
      gate.breakDown(false);

      assertThat(status()).isEqualTo(200);
      assertThat(handled).hasValue(1);
      assertThat(gate.faults()).hasSize(1);
    }
  }

  private int status() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
