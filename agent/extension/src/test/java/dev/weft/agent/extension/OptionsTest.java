/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OptionsTest {
  @Test
  void propertyWinsOverVariable() {
    Options options =
        Options.read(Map.of("weft.service", "orders"), Map.of("WEFT_SERVICE", "invoices"));

    assertThat(options.text(Option.SERVICE)).isEqualTo("orders");
    assertThat(options.problems()).isEmpty();
  }

  @Test
  void variableIsReadWhereThereIsNoProperty() {
    Options options = Options.read(Map.of(), Map.of("WEFT_CACHE_DIR", " /var/weft "));

    assertThat(options.text(Option.CACHE_DIR)).isEqualTo("/var/weft");
    assertThat(options.shown()).containsExactly(Map.entry("weft.cache.dir", "/var/weft"));
  }

  @Test
  void defaultsHoldWhereNothingIsGiven() {
    Options options = Options.read(Map.of(), Map.of());

    assertThat(options.text(Option.NAMESPACE)).isEqualTo("default");
    assertThat(options.isTrue(Option.ENABLED)).isTrue();
    assertThat(options.text(Option.TELEMETRY)).isEqualTo("mesh");
    assertThat(options.text(Option.START)).isEqualTo("open");
    assertThat(options.shown()).isEmpty();
  }

  @Test
  void namesThatThereAreNotAreProblems() {
    Options options =
        Options.read(Map.of("weft.sevrer", "a:1", "other", "x"), Map.of("WEFT_X", "y"));

    assertThat(options.problems())
        .containsExactly("WEFT_X: there is no such option", "weft.sevrer: there is no such option");
  }

  @ParameterizedTest
  @MethodSource
  void badValueIsNamedAndReplacedByTheDefault(Option option, String value, String problem) {
    Options options = Options.read(Map.of(option.property(), value), Map.of());

    assertThat(options.text(option)).isEqualTo(option.defaultValue());
    assertThat(options.problems()).containsExactly(problem);
  }

  static Stream<Arguments> badValueIsNamedAndReplacedByTheDefault() {
    return Stream.of(
        argumentSet(
            "no port", Option.SERVER, "orders", "weft.server: orders (expected: host:port)"),
        argumentSet("port 0", Option.SERVER, "a:0", "weft.server: a:0 (expected: host:port)"),
        argumentSet(
            "no mode",
            Option.TELEMETRY,
            "all",
            "weft.telemetry: all (expected: mesh, full or none)"),
        argumentSet("weight 0", Option.WEIGHT, "0", "weft.weight: 0 (expected: 1 or more)"),
        argumentSet(
            "no pairs", Option.LABELS, "v2", "weft.labels: v2 (expected: key=value,key=value)"));
  }

  @Test
  void labelsAreSplit() {
    Options options = Options.read(Map.of("weft.labels", "version=v2, zone=a=b"), Map.of());

    assertThat(options.labels()).isEqualTo(Map.of("version", "v2", "zone", "a=b"));
  }
}
