/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds kinds by what people call them, and the paths of their resources. */
final class KindNames {
  private KindNames() {}

  /** Returns the kind of a plural, singular, short name or {@code kind}, in any case. */
  static Kind find(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    for (Kind kind : Kinds.all()) {
      if (kind.plural().equals(wanted)
          || kind.singular().equals(wanted)
          || kind.shortNames().contains(wanted)) {
        return kind;
      }
    }
    throw CommandFailure.badInput(
        "kind: "
            + name
            + " (expected: one of "
            + Kinds.all().stream().map(KindNames::withShortName).collect(Collectors.joining(", "))
            + ")");
  }

  /**
   * Returns the path of resources.
   *
   * @param namespace null for all namespaces
   * @param name null for all resources
   */
  static String path(Kind kind, @Nullable String namespace, @Nullable String name) {
    return "/apis/"
        + kind.apiVersion()
        + (namespace == null ? "" : "/namespaces/" + encode(namespace))
        + "/"
        + kind.plural()
        + (name == null ? "" : "/" + encode(name));
  }

  private static String withShortName(Kind kind) {
    return kind.singular()
        + (kind.shortNames().isEmpty() ? "" : " (" + kind.shortNames().get(0) + ")");
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
