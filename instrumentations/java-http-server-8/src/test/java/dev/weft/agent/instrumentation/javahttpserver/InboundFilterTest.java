/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.instrumentation.testing.ScriptedGate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
    server.createContext("/", this::ok).getFilters().add(new InboundFilter());
    server.start();
  }

  private void ok(HttpExchange exchange) throws IOException {
    handled.incrementAndGet();
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
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

  @Test
  void contextThatTakesNoFilterRefusesWhereSomethingGuards() throws Exception {
    try (ScriptedGate gate = new ScriptedGate(Servers.HOOK, null)) {
      Servers.guard(new ContextWithoutFilters(server.createContext("/more", this::ok)));

      gate.breakDown(true);
      assertThat(status("more")).isEqualTo(503);
      assertThat(handled).hasValue(0);
      gate.breakDown(false);
      assertThat(status("more")).isEqualTo(200);

      assertThat(gate.faults()).hasSize(3).allMatch(fault -> fault.contains("no filters here"));
    }
  }

  @Test
  void hostIsTheOneThatTheApplicationSees() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    server.createContext(
        "/x",
        exchange -> {
          seen.set(
              ExchangeView.INSTANCE.host(exchange)
                  + " "
                  + ExchangeView.INSTANCE.authority(exchange)
                  + " "
                  + exchange.getRequestHeaders().getFirst("Host"));
          ok(exchange);
        });

    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET //public.example/x HTTP/1.1\r\nHost: admin.example:80\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    }

    assertThat(seen).hasValue("admin.example admin.example:80 admin.example:80");
  }

  private int status() throws IOException, InterruptedException {
    return status("");
  }

  private int status(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** A context whose filters cannot be had, as in a version that has others. */
  private static final class ContextWithoutFilters extends HttpContext {
    private final HttpContext real;

    ContextWithoutFilters(HttpContext real) {
      this.real = real;
    }

    @Override
    public List<Filter> getFilters() {
      throw new NoSuchMethodError("no filters here");
    }

    @Override
    public HttpHandler getHandler() {
      return real.getHandler();
    }

    @Override
    public void setHandler(HttpHandler handler) {
      real.setHandler(handler);
    }

    @Override
    public String getPath() {
      return real.getPath();
    }

    @Override
    public HttpServer getServer() {
      return real.getServer();
    }

    @Override
    public Map<String, Object> getAttributes() {
      return real.getAttributes();
    }

    @Override
    public Authenticator setAuthenticator(Authenticator authenticator) {
      return real.setAuthenticator(authenticator);
    }

    @Override
    public Authenticator getAuthenticator() {
      return real.getAuthenticator();
    }
  }
}
