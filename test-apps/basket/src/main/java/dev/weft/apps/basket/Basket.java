/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.basket;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.apps.pricing.v1.PriceReply;
import dev.weft.apps.pricing.v1.PriceRequest;
import dev.weft.apps.pricing.v1.PricingGrpc;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The shop's basket: {@code GET /basket} answers what orders answers, asked through OkHttp; {@code
 * GET /price} answers what tea costs, asked from pricing through gRPC. The header {@code x-tester}
 * is passed on.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code ORDERS_URL}, {@code PRICING_TARGET}.
 */
public final class Basket {
  private static final Metadata.Key<String> TESTER =
      Metadata.Key.of("x-tester", Metadata.ASCII_STRING_MARSHALLER);

  private final OkHttpClient client = new OkHttpClient();
  private final String orders;
  private final PricingGrpc.PricingBlockingStub pricing;

  private Basket(String orders, PricingGrpc.PricingBlockingStub pricing) {
    this.orders = orders;
    this.pricing = pricing;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException {
    Basket basket =
        new Basket(
            setting("ORDERS_URL", "http://orders") + "/orders",
            PricingGrpc.newBlockingStub(
                ManagedChannelBuilder.forTarget(setting("PRICING_TARGET", "pricing:50051"))
                    .usePlaintext()
                    .build()));
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                setting("HOST", "127.0.0.1"), Integer.parseInt(setting("PORT", "8080"))),
            0);
    server.createContext("/basket", basket::orders);
    server.createContext("/price", basket::price);
    server.createContext("/health", exchange -> send(exchange, 200, "{\"status\":\"UP\"}"));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private void orders(HttpExchange exchange) throws IOException {
    Request.Builder request = new Request.Builder().url(orders);
    String tester = tester(exchange);
    if (tester != null) {
      request.header("x-tester", tester);
    }
    try (Response answer = client.newCall(request.build()).execute()) {
      send(exchange, answer.code(), answer.body() == null ? "" : answer.body().string());
    } catch (IOException e) {
      send(exchange, 502, "orders did not answer: " + e);
    }
  }

  private void price(HttpExchange exchange) throws IOException {
    Metadata headers = new Metadata();
    String tester = tester(exchange);
    if (tester != null) {
      headers.put(TESTER, tester);
    }
    try {
      PriceReply price =
          pricing
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .price(PriceRequest.newBuilder().setItem("tea").build());
      send(
          exchange,
          200,
          "{\"service\":\"pricing\",\"version\":\"%s\",\"cents\":%d}"
              .formatted(price.getVersion(), price.getCents()));
    } catch (StatusRuntimeException e) {
      send(exchange, 502, "pricing did not answer: " + e.getMessage());
    }
  }

  private static @Nullable String tester(HttpExchange exchange) {
    return exchange.getRequestHeaders().getFirst("x-tester");
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String setting(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }
}
