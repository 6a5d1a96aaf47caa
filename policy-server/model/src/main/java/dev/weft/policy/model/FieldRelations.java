/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the fields of one object, or the items of one list, with each other. */
final class FieldRelations {
  private final List<Problem> problems;

  /**
   * @param problems gets what is found
   */
  FieldRelations(List<Problem> problems) {
    this.problems = problems;
  }

  void ofObject(JsonNode schema, JsonNode object, String field) {
    for (JsonNode group : schema.path("x-weft-at-most-one-of")) {
      exclusive(group, object, field);
    }
    for (JsonNode group : schema.path("x-weft-at-least-one-of")) {
      needed(group, object, field);
    }
    if (schema.has("x-weft-union")) {
      union(schema.path("x-weft-union"), object, field);
    }
    if (schema.has("x-weft-format-by-type")) {
      formatByType(schema.path("x-weft-format-by-type"), object, field);
    }
    JsonNode substitution = schema.path("x-weft-substitution");
    if (object.hasNonNull(substitution.path(1).asText())) {
      substitution(substitution, object, field);
    }
  }

  void ofArray(JsonNode schema, JsonNode array, String field) {
    for (JsonNode name : schema.path("x-weft-unique")) {
      unique(name.asText(), array, field);
    }
    for (JsonNode group : schema.path("x-weft-types-exclude")) {
      Set<String> types = new HashSet<>();
      array.forEach(item -> types.add(item.path("type").asText()));
      List<String> both = texts(group).stream().filter(types::contains).toList();
      if (both.size() > 1) {
        problems.add(
            invalid(field, String.join(" and ", both), "at most one of " + inWords(group)));
      }
    }
  }

  private void exclusive(JsonNode group, JsonNode object, String field) {
    List<String> present = texts(group).stream().filter(object::hasNonNull).toList();
    if (present.size() > 1) {
      problems.add(
          invalid(field, String.join(" and ", present), "at most one of " + inWords(group)));
    }
  }

  private void needed(JsonNode group, JsonNode object, String field) {
    if (texts(group).stream().allMatch(name -> object.path(name).isEmpty())) {
      problems.add(
          new Problem(Problem.Sort.MISSING, field, "", "at least one of " + inWords(group)));
    }
  }

  private void union(JsonNode fieldsByType, JsonNode object, String field) {
    String type = object.path("type").asText();
    for (Map.Entry<String, JsonNode> entry : fieldsByType.properties()) {
      String name = entry.getValue().asText();
      boolean isPresent = object.hasNonNull(name);
      if (entry.getKey().equals(type) && !isPresent) {
        problems.add(
            new Problem(
                Problem.Sort.MISSING, field + "." + name, "", "it, because type is " + type));
      } else if (!entry.getKey().equals(type) && isPresent) {
        problems.add(invalid(field + "." + name, "present", "absent, because type is " + type));
      }
    }
  }

  private void formatByType(JsonNode formats, JsonNode object, String field) {
    String name = formats.path("field").asText();
    JsonNode value = object.path(name);
    String type = object.path("type").asText(formats.path("default").asText());
    Format format = Format.named(formats.path(type).asText());
    if (format != null && value.isTextual() && !format.accepts(value.asText())) {
      problems.add(
          Problem.of(
              Problem.Sort.INVALID_VALUE,
              field + "." + name,
              value,
              format.expected() + ", because type is " + type));
    }
  }

  /** A rewrite may name only the groups that its expression has. */
  private void substitution(JsonNode names, JsonNode object, String field) {
    String expression = object.path(names.path(0).asText()).asText();
    if (Format.regexProblem(expression) != null) {
      return; // told already
    }
    int groups = Pattern.compile(expression).groupCount();
    String name = names.path(1).asText();
    String text = object.path(name).asText();
    for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i + 2)) {
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      boolean isGroup = next >= '0' && next <= '9' && next - '0' <= groups;
      if (!isGroup && next != '\\') {
        problems.add(
            Problem.of(
                Problem.Sort.INVALID_VALUE,
                field + "." + name,
                object.path(name),
                "\\0 to \\" + Math.min(9, groups) + " or \\\\ after a backslash"));
        return;
      }
    }
  }

  private void unique(String name, JsonNode array, String field) {
    Set<String> seen = new HashSet<>();
    int index = 0;
    for (JsonNode item : array) {
      JsonNode value = item.path(name);
      if (!value.isMissingNode() && !value.isNull() && !seen.add(value.asText())) {
        problems.add(
            Problem.of(
                Problem.Sort.INVALID_VALUE,
                field + "[" + index + "]." + name,
                value,
                "each " + name + " once"));
      }
      index++;
    }
  }

  private static Problem invalid(String field, String value, String expected) {
    return new Problem(Problem.Sort.INVALID_VALUE, field, value, expected);
  }

  private static String inWords(JsonNode names) {
    return String.join(", ", texts(names));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
