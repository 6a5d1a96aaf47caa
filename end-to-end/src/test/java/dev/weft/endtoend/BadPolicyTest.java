/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy that cannot be meant as it is written is refused, and the refusal names the field. */
class BadPolicyTest {
  @TempDir static Path folder;
  private static PolicyServer server;

  @BeforeAll
  static void start() {
    server = PolicyServer.start(Jdk.current(), folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> badPolicies() {
    return Stream.of(
        argumentSet("weight below 0", "weight: -1", "spec.http[0].route[0].weight"),
        argumentSet("weight is no number", "weight: many", "spec.http[0].route[0].weight"),
        argumentSet("field misspelt", "wieght: 10", "spec.http[0].route[0].wieght"));
  }

  @ParameterizedTest
  @MethodSource("badPolicies")
  void isRefusedWithItsField(String line, String field) {
    String yaml =
        Orders.weights(100, 0).replace("weight: 100", line).replace("name: orders", "name: bad");

    HttpResponse<String> answer = server.tryApply(yaml);

    assertThat(answer.statusCode()).isIn(400, 422);
    assertThat(answer.body()).contains(field).contains("expected");
  }
}
