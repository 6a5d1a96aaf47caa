/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.front;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * The shop's front: {@code GET /orders} and {@code GET /basket} answer what those services answer,
 * asked through RestClient. The header {@code x-tester} is passed on.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code ORDERS_URL}, {@code BASKET_URL}; {@code
 * SPRING_HTTP_CLIENT_FACTORY} is Spring's own, {@code jdk} or {@code simple} (HttpURLConnection).
 */
@SpringBootApplication
@RestController
public class ShopFront {
  private final RestClient client;
  private final String orders;
  private final String basket;

  ShopFront(
      RestClient.Builder builder,
      @Value("${ORDERS_URL:http://orders}") String orders,
      @Value("${BASKET_URL:http://basket}") String basket) {
    this.client = builder.build();
    this.orders = orders;
    this.basket = basket;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) {
    SpringApplication.run(ShopFront.class, arguments);
  }

  @GetMapping("/orders")
  ResponseEntity<String> orders(
      @RequestHeader(name = "x-tester", required = false) @Nullable String tester) {
    return get(orders + "/orders", tester);
  }

  @GetMapping("/basket")
  ResponseEntity<String> basket(
      @RequestHeader(name = "x-tester", required = false) @Nullable String tester) {
    return get(basket + "/basket", tester);
  }

  @GetMapping("/health")
  String health() {
    return "{\"status\":\"UP\"}";
  }

  private ResponseEntity<String> get(String url, @Nullable String tester) {
    RestClient.RequestHeadersSpec<?> request = client.get().uri(url);
    if (tester != null) {
      request.header("x-tester", tester);
    }
    try {
      return request.exchangeForRequiredValue(
          (sent, answer) ->
              ResponseEntity.status(answer.getStatusCode()).body(answer.bodyTo(String.class)));
    } catch (ResourceAccessException e) {
      return ResponseEntity.status(502).body(url + " did not answer: " + e.getMessage());
    }
  }
}
