/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weft.policy.model.PolicyResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A place in a resource's JSON: what stands there, and where it is. Immutable.
 *
 * @param node what stands there; a missing node for nothing
 * @param path for example {@code spec.http[0].timeout}
 */
record Field(JsonNode node, String path) {

  static Field spec(PolicyResource resource) {
    return new Field(resource.spec(), "spec");
  }

  static Field missing(String path) {
    return new Field(MissingNode.getInstance(), path);
  }

  /** Returns a member of this object; a missing one if there is none or this is no object. */
  Field get(String name) {
    return new Field(node.path(name), path + "." + name);
  }

  /** Returns the elements of this list; none if it is no list. */
  List<Field> items() {
    List<Field> items = new ArrayList<>(node.size());
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        items.add(new Field(node.get(i), path + "[" + i + "]"));
      }
    }
    return items;
  }

  /** Returns the members of this object by name, in the order they stand; none if it is none. */
  Map<String, Field> members() {
    Map<String, Field> members = new LinkedHashMap<>();
    node.properties()
        .forEach(
            member ->
                members.put(
                    member.getKey(),
                    new Field(member.getValue(), path + "[" + member.getKey() + "]")));
    return members;
  }

  boolean isPresent() {
    return !node.isMissingNode() && !node.isNull();
  }

  /** Returns its text, empty if there is none. */
  String text() {
    return node.asText("");
  }

  String text(String fallback) {
    return isPresent() ? node.asText() : fallback;
  }

  /** Returns its whole number, or the fallback if there is none. */
  long number(long fallback) {
    return node.asLong(fallback);
  }

  double decimal(double fallback) {
    return node.asDouble(fallback);
  }

  boolean bool(boolean fallback) {
    return node.asBoolean(fallback);
  }

  List<String> texts() {
    return items().stream().map(Field::text).toList();
  }

  /** Returns this object's members as texts. */
  Map<String, String> textMembers() {
    Map<String, String> texts = new LinkedHashMap<>();
    node.properties().forEach(member -> texts.put(member.getKey(), member.getValue().asText()));
    return texts;
  }
}
