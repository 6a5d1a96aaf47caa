/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chooses resources by labels and by a few fields. Immutable. */
final class Selector {
  private static final Pattern SET_BASED =
      Pattern.compile("\\s*(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
  private static final Pattern EQUALITY =
      Pattern.compile("\\s*([^=!\\s]+)\\s*(==|=|!=)\\s*(\\S*)\\s*");
  private static final Pattern EXISTENCE = Pattern.compile("\\s*(!?)\\s*([^=!\\s,()]+)\\s*");
  private static final Set<String> FIELDS =
      Set.of(
          "metadata.name",
          "metadata.namespace",
          "involvedObject.kind",
          "involvedObject.name",
          "involvedObject.namespace",
          "involvedObject.uid",
          "reason",
          "type");

  private final List<Predicate<JsonNode>> requirements;

  private Selector(List<Predicate<JsonNode>> requirements) {
    this.requirements = List.copyOf(requirements);
  }

  /**
   * Reads the parameters {@code labelSelector} and {@code fieldSelector}.
   *
   * @throws ApiException if one is malformed, or a field is not known
   */
  static Selector of(ApiRequest request) {
    List<Predicate<JsonNode>> requirements = new ArrayList<>();
    for (String requirement : split(request.parameter("labelSelector"))) {
      requirements.add(label(requirement));
    }
    for (String requirement : split(request.parameter("fieldSelector"))) {
      requirements.add(field(requirement));
    }
    return new Selector(requirements);
  }

  boolean matches(JsonNode resource) {
    for (Predicate<JsonNode> requirement : requirements) {
      if (!requirement.test(resource)) {
        return false;
      }
    }
    return true;
  }

  private static Predicate<JsonNode> label(String requirement) {
    Matcher set = SET_BASED.matcher(requirement);
    if (set.matches()) {
      Set<String> values = new HashSet<>(List.of(set.group(3).trim().split("\\s*,\\s*", -1)));
      boolean isIn = set.group(2).equals("in");
      String name = set.group(1);
      return resource -> values.contains(labelOf(resource, name).asText("")) == isIn;
    }
    Matcher equality = EQUALITY.matcher(requirement);
    if (equality.matches()) {
      boolean isEqual = !equality.group(2).equals("!=");
      String name = equality.group(1);
      String value = equality.group(3);
      return resource -> {
        JsonNode label = labelOf(resource, name);
        return (label.isTextual() && label.asText().equals(value)) == isEqual;
      };
    }
    Matcher existence = EXISTENCE.matcher(requirement);
    if (existence.matches()) {
      boolean isPresent = existence.group(1).isEmpty();
      String name = existence.group(2);
      return resource -> labelOf(resource, name).isTextual() == isPresent;
    }
    throw ApiException.badRequest(
        "labelSelector: " + requirement + " (expected: as a=b, a!=b, a in (b,c), a or !a)");
  }

  private static Predicate<JsonNode> field(String requirement) {
    Matcher equality = EQUALITY.matcher(requirement);
    if (!equality.matches() || !FIELDS.contains(equality.group(1))) {
      throw ApiException.badRequest(
          "fieldSelector: "
              + requirement
              + " (expected: as metadata.name=a; known are "
              + String.join(", ", FIELDS.stream().sorted().toList())
              + ")");
    }
    String[] path = equality.group(1).split("\\.", -1);
    boolean isEqual = !equality.group(2).equals("!=");
    String value = equality.group(3);
    return resource -> {
      JsonNode found = resource;
      for (String name : path) {
        found = found.path(name);
      }
      return found.asText("").equals(value) == isEqual;
    };
  }

  private static JsonNode labelOf(JsonNode resource, String name) {
    return resource.path("metadata").path("labels").path(name);
  }

  /** Splits at the commas that are outside of parentheses. */
  private static List<String> split(String selector) {
    List<String> requirements = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < selector.length(); i++) {
      char c = selector.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == ',' && depth == 0) {
        requirements.add(selector.substring(start, i));
        start = i + 1;
      }
    }
    if (!selector.isBlank()) {
      requirements.add(selector.substring(start));
    }
    return requirements;
  }
}
