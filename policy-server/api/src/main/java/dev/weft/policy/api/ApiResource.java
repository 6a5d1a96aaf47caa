/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import dev.weft.policy.model.Column;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the API serves under one plural: a kind of the model, or one of the few core kinds that
 * clients look for.
 *
 * @param group its API group; empty for the core group
 * @param versions the versions that are served, the preferred one first
 * @param name the {@code kind} of its resources
 * @param plural its name in paths
 * @param shortNames what command lines take for it
 * @param isNamespaced whether its resources are in namespaces
 * @param verbs what may be done with it
 * @param columns its table's columns after the name's
 * @param kind the kind of the model, or null for a core kind
 */
record ApiResource(
    String group,
    List<String> versions,
    String name,
    String plural,
    List<String> shortNames,
    boolean isNamespaced,
    List<String> verbs,
    List<Column> columns,
    @Nullable Kind kind) {

  private static final List<String> READ = List.of("get", "list");
  private static final List<String> READ_AND_WATCH = List.of("get", "list", "watch");
  private static final List<String> ALL_VERBS =
      List.of("create", "delete", "get", "list", "patch", "update", "watch");

  static final ApiResource NAMESPACE =
      new ApiResource(
          "",
          List.of("v1"),
          "Namespace",
          "namespaces",
          List.of("ns"),
          false,
          READ,
          List.of(Column.at("Status", "/status/phase", "Whether it is in use")),
          null);

  static final ApiResource EVENT =
      new ApiResource(
          "",
          List.of("v1"),
          "Event",
          "events",
          List.of("ev"),
          true,
          READ,
          List.of(
              Column.at("Type", "/type", "Normal or Warning"),
              Column.at("Reason", "/reason", "Why, in a word"),
              Column.at("Object", "/involvedObject/name", "What it is about"),
              Column.at("Message", "/message", "What happened")),
          null);

  private static final List<ApiResource> ALL = all(Kinds.all());

  private static List<ApiResource> all(List<Kind> kinds) {
    List<ApiResource> all = new ArrayList<>(List.of(NAMESPACE, EVENT));
    for (Kind kind : kinds) {
      all.add(
          new ApiResource(
              kind.group(),
              kind.versions(),
              kind.name(),
              kind.plural(),
              kind.shortNames(),
              true,
              kind.isReadOnly() ? READ_AND_WATCH : ALL_VERBS,
              kind.columns(),
              kind));
    }
    return List.copyOf(all);
  }

  /** Returns everything that is served. */
  static List<ApiResource> all() {
    return ALL;
  }

  /** Returns what is served there, or null. */
  static @Nullable ApiResource find(String group, String version, String plural) {
    for (ApiResource resource : ALL) {
      if (resource.group.equals(group)
          && resource.plural.equals(plural)
          && resource.versions.contains(version)) {
        return resource;
      }
    }
    return null;
  }

  String singular() {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Whether the status is written apart from the rest. */
  boolean hasStatus() {
    return verbs.contains("update");
  }

  String apiVersion(String version) {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** Returns an identifier that stays the same as long as the kind does. */
  String uid() {
    return UUID.nameUUIDFromBytes((plural + "." + group).getBytes(StandardCharsets.UTF_8))
        .toString();
  }
}
