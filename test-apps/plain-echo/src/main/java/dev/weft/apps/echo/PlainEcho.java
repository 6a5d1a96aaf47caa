/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.echo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * {@code /version} answers the version, {@code /status/<code>} that status, and any other path what
 * was asked: method, path with query, and headers, a line each.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code VERSION}; {@code KEYSTORE} and {@code
 * KEYSTORE_PASSWORD} for TLS of its own.
 */
public final class PlainEcho {
  private final String version;

  private PlainEcho(String version) {
    this.version = version;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    PlainEcho echo = new PlainEcho(System.getenv().getOrDefault("VERSION", "v1"));
    HttpServer server =
        create(
            new InetSocketAddress(
                System.getenv().getOrDefault("HOST", "127.0.0.1"),
                Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"))));
    server.createContext("/", echo::echo);
    server.createContext("/version", exchange -> send(exchange, 200, echo.version));
    server.createContext(
        "/status/",
        exchange ->
            send(
                exchange,
                Integer.parseInt(exchange.getRequestURI().getPath().substring("/status/".length())),
                echo.version));
    server.createContext("/health", exchange -> send(exchange, 200, "up"));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private static HttpServer create(InetSocketAddress address)
      throws IOException, GeneralSecurityException {
    String keys = System.getenv("KEYSTORE");
    if (keys == null) {
      return HttpServer.create(address, 0);
    }
    char[] password = System.getenv().getOrDefault("KEYSTORE_PASSWORD", "").toCharArray();
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(KeyStore.getInstance(new File(keys), password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return server;
  }

  private void echo(HttpExchange exchange) throws IOException {
    StringBuilder answer = new StringBuilder();
    answer.append("version: ").append(version).append('\n');
    answer.append(exchange.getRequestMethod()).append(' ').append(exchange.getRequestURI());
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> answer.append('\n').append(name).append(": ").append(values));
    exchange.getRequestBody().readAllBytes();
    send(exchange, 200, answer.toString());
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
