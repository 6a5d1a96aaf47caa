/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The options that hold in this process. A value that means nothing is replaced by its default and
 * named in {@link #problems}; so is a name that there is not. Immutable.
 */
final class Options {
  private final Map<Option, String> values;
  private final List<String> problems;

  private Options(Map<Option, String> values, List<String> problems) {
    this.values = values;
    this.problems = List.copyOf(problems);
  }

  /** Reads this process's properties and environment. */
  static Options ofProcess() {
    Map<String, String> properties = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("weft.")) {
        properties.put(name, System.getProperty(name));
      }
    }
    return read(properties, System.getenv());
  }

  /** Reads given properties and environment variables. */
  static Options read(Map<String, String> properties, Map<String, String> environment) {
    Map<Option, String> values = new EnumMap<>(Option.class);
    List<String> problems = new ArrayList<>();
    Map<String, String> unknown = new TreeMap<>();
    properties.keySet().stream()
        .filter(name -> name.startsWith("weft."))
        .forEach(name -> unknown.put(name, name));
    environment.keySet().stream()
        .filter(name -> name.startsWith("WEFT_"))
        .forEach(name -> unknown.put(name, name));
    for (Option option : Option.values()) {
      unknown.remove(option.property());
      unknown.remove(option.variable());
      String given = properties.getOrDefault(option.property(), environment.get(option.variable()));
      String value = given == null || given.isBlank() ? option.defaultValue() : given.strip();
      String expected = expected(option, value);
      if (!expected.isEmpty()) {
        problems.add(option.property() + ": " + value + " (expected: " + expected + ")");
        value = option.defaultValue();
      }
      values.put(option, value);
    }
    unknown.keySet().forEach(name -> problems.add(name + ": there is no such option"));
    return new Options(values, problems);
  }

  /** Returns what was wrong, a line each. */
  List<String> problems() {
    return problems;
  }

  /** Returns an option's value; empty if there is none. */
  String text(Option option) {
    return values.getOrDefault(option, option.defaultValue());
  }

  /** Returns a whole number. */
  int number(Option option) {
    return Integer.parseInt(text(option));
  }

  /** Returns whether the option is {@code true}. */
  boolean isTrue(Option option) {
    return text(option).equalsIgnoreCase("true");
  }

  /** Returns the workload's labels, in the order given. */
  Map<String, String> labels() {
    return pairs(text(Option.LABELS));
  }

  /** Returns the values that are not the default, by name, for reports. */
  Map<String, String> shown() {
    Map<String, String> shown = new TreeMap<>();
    values.forEach(
        (option, value) -> {
          if (!value.equals(option.defaultValue())) {
            shown.put(option.property(), value);
          }
        });
    return shown;
  }

  /** Returns what was expected in place of a value that means nothing; empty if it is fine. */
  private static String expected(Option option, String value) {
    return switch (option) {
      case ENABLED -> check(value, "true or false", text -> text.matches("(?i)true|false"));
      case START -> check(value, "open or closed", text -> text.matches("open|closed"));
      case TELEMETRY -> check(value, "mesh, full or none", text -> text.matches("mesh|full|none"));
      case LOG_LEVEL ->
          check(
              value,
              "off, error, warn, info, debug or trace",
              text -> text.matches("|off|error|warn|info|debug|trace"));
      case TLS_PROTOCOLS ->
          check(
              value, "TLSv1.3 or TLSv1.3,TLSv1.2", text -> text.matches("TLSv1\\.3(,TLSv1\\.2)?"));
      case SERVER -> check(value, "host:port", text -> text.isEmpty() || HostPort.isValid(text));
      case SERVICE_PORT -> check(value, "0 to 65535", text -> isNumber(text, 0, 65535));
      case METRICS_PORT ->
          check(value, "0 to 65535", text -> text.isEmpty() || isNumber(text, 0, 65535));
      case WEIGHT -> check(value, "1 or more", text -> isNumber(text, 1, Integer.MAX_VALUE));
      case LABELS -> check(value, "key=value,key=value", text -> text.isEmpty() || isPairs(text));
      default -> "";
    };
  }

  private static String check(String value, String expected, Predicate<String> isFine) {
    return isFine.test(value) ? "" : expected;
  }

  private static boolean isNumber(String text, int from, int to) {
    try {
      int number = Integer.parseInt(text);
      return number >= from && number <= to;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isPairs(String text) {
    for (String pair : text.split(",")) {
      if (pair.indexOf('=') < 1) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        pairs.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    return pairs;
  }
}
