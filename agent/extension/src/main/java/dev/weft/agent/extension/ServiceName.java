/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the name of the service that this process is an endpoint of. */
final class ServiceName {
  private static final int LONGEST_LABEL = 63;

  private ServiceName() {}

  /**
   * Returns the option's value, else upstream's service name, else the name of the main jar or
   * class, as a DNS label.
   *
   * @param option the value of {@code weft.service}; empty if not given
   * @param properties system properties by name
   * @param environment environment variables by name
   */
  static String of(String option, Map<String, String> properties, Map<String, String> environment) {
    String[] candidates = {
      option,
      properties.get("otel.service.name"),
      environment.get("OTEL_SERVICE_NAME"),
      resourceAttribute(properties.get("otel.resource.attributes")),
      resourceAttribute(environment.get("OTEL_RESOURCE_ATTRIBUTES")),
      main(properties.get("sun.java.command"))
    };
    for (String candidate : candidates) {
      String label = candidate == null ? "" : label(candidate);
      if (!label.isEmpty()) {
        return label;
      }
    }
    return "unknown";
  }

  private static @Nullable String resourceAttribute(@Nullable String attributes) {
    if (attributes == null) {
      return null;
    }
    for (String attribute : attributes.split(",")) {
      if (attribute.startsWith("service.name=")) {
        return attribute.substring("service.name=".length());
      }
    }
    return null;
  }

  /**
   * Returns {@code shop-front} for {@code /apps/shop-front-1.2.jar --x} and {@code a.ShopFront}.
   */
  private static @Nullable String main(@Nullable String command) {
    if (command == null || command.isBlank()) {
      return null;
    }
    String main = command.strip().split(" ", 2)[0];
    if (main.endsWith(".jar")) {
      String file = main.substring(main.replace('\\', '/').lastIndexOf('/') + 1);
      return file.substring(0, file.length() - ".jar".length()).replaceFirst("-\\d.*$", "");
    }
    String simple = main.substring(Math.max(main.lastIndexOf('.'), main.lastIndexOf('/')) + 1);
    return simple.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-");
  }

  private static String label(String text) {
    String label =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    return label.length() <= LONGEST_LABEL
        ? label
        : label.substring(0, LONGEST_LABEL).replaceAll("-+$", "");
  }
}
