/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.PatternSyntaxException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares one resource with a schema. Not thread-safe. */
final class SchemaCheck {
  private static final int MAX_SHOWN_LENGTH = 80;
  private static final Pattern DURATION =
      Pattern.compile("0|([0-9]+(\\.[0-9]+)?(ns|us|\u00b5s|ms|s|m|h))+");
  private static final Pattern GATEWAY_DURATION = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");

  private final List<Problem> problems = new ArrayList<>();

  List<Problem> check(JsonNode schema, JsonNode resource) {
    value(schema, resource, "");
    return List.copyOf(problems);
  }

  private void value(JsonNode schema, JsonNode value, String field) {
    switch (schema.path("type").asText()) {
      case "object" -> {
        if (isOf(value.isObject(), "an object", value, field)) {
          object(schema, value, field);
        }
      }
      case "array" -> {
        if (isOf(value.isArray(), "a list", value, field)) {
          array(schema, value, field);
        }
      }
      case "string" -> {
        if (isOf(value.isTextual(), "a string", value, field)) {
          string(schema, value, field);
        }
      }
      case "boolean" -> isOf(value.isBoolean(), "true or false", value, field);
      case "integer" -> {
        if (isOf(value.isIntegralNumber(), "an integer", value, field)) {
          number(schema, value, field);
        }
      }
      case "number" -> {
        if (isOf(value.isNumber(), "a number", value, field)) {
          number(schema, value, field);
        }
      }
      default -> throw new IllegalStateException("no type in the schema of " + field);
    }
  }

  private boolean isOf(boolean isSo, String expected, JsonNode value, String field) {
    if (!isSo) {
      add(Problem.Sort.WRONG_TYPE, field, value, expected);
    }
    return isSo;
  }

  private void object(JsonNode schema, JsonNode object, String field) {
    for (JsonNode required : schema.path("required")) {
      JsonNode present = object.get(required.asText());
      if (present == null || present.isNull()) {
        JsonNode wanted = schema.path("properties").path(required.asText());
        problems.add(
            new Problem(
                Problem.Sort.MISSING, child(field, required.asText()), "", typeInWords(wanted)));
      }
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (!entry.getValue().isNull()) { // null is the same as not there
        member(schema, entry, field);
      }
    }
    for (JsonNode group : schema.path("x-weft-at-most-one-of")) {
      exclusive(group, object, field);
    }
    if (schema.has("x-weft-union")) {
      union(schema.path("x-weft-union"), object, field);
    }
  }

  private void member(JsonNode schema, Map.Entry<String, JsonNode> entry, String field) {
    String name = entry.getKey();
    JsonNode known = schema.path("properties").get(name);
    JsonNode values = schema.get("additionalProperties");
    if (known != null) {
      value(known, entry.getValue(), child(field, name));
    } else if (values != null) {
      value(values, entry.getValue(), field + "[" + name + "]");
    } else if (!schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
      TreeSet<String> names = new TreeSet<>();
      schema.path("properties").fieldNames().forEachRemaining(names::add);
      add(
          Problem.Sort.UNKNOWN_FIELD,
          child(field, name),
          entry.getValue(),
          "one of " + String.join(", ", names));
    }
  }

  private void exclusive(JsonNode group, JsonNode object, String field) {
    List<String> present = new ArrayList<>();
    for (JsonNode name : group) {
      if (object.hasNonNull(name.asText())) {
        present.add(name.asText());
      }
    }
    if (present.size() > 1) {
      problems.add(
          new Problem(
              Problem.Sort.INVALID_VALUE,
              field,
              String.join(" and ", present),
              "at most one of " + String.join(", ", texts(group))));
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
                Problem.Sort.MISSING, child(field, name), "", "it, because type is " + type));
      } else if (!entry.getKey().equals(type) && isPresent) {
        problems.add(
            new Problem(
                Problem.Sort.INVALID_VALUE,
                child(field, name),
                "present",
                "absent, because type is " + type));
      }
    }
  }

  private void array(JsonNode schema, JsonNode array, String field) {
    range(schema, "minItems", "maxItems", array.size(), " items", array, field);
    int index = 0;
    for (JsonNode item : array) {
      value(schema.path("items"), item, field + "[" + index++ + "]");
    }
    for (Map.Entry<String, JsonNode> limit : schema.path("x-weft-max-sum").properties()) {
      sum(limit.getKey(), limit.getValue().asLong(), array, field);
    }
  }

  private void sum(String name, long max, JsonNode array, String field) {
    double sum = 0; // exact to 2^53, and whatever is above is above the limit
    for (JsonNode item : array) {
      sum += item.path(name).asDouble();
    }
    if (sum > max) {
      problems.add(
          new Problem(
              Problem.Sort.INVALID_VALUE,
              field,
              "the sum of " + name + " is " + BigDecimal.valueOf(sum).toPlainString(),
              "<= " + max));
    }
  }

  private void string(JsonNode schema, JsonNode value, String field) {
    String text = value.asText();
    if (isAmongEnum(schema, value, field)) {
      range(schema, "minLength", "maxLength", text.length(), " characters", value, field);
    }
    String pattern = schema.path("pattern").asText("");
    if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
      add(Problem.Sort.INVALID_VALUE, field, value, schema.path("x-weft-expected").asText(pattern));
    }
    switch (schema.path("format").asText("")) {
      case "duration" -> duration(DURATION, "a duration as 500ms, 1.5s or 1h30m", value, field);
      case "gateway-duration" ->
          duration(GATEWAY_DURATION, "a duration as 500ms, 10s or 1h30m", value, field);
      case "re2" -> regularExpression(value, field);
      default -> {
        // a note for readers of the schema
      }
    }
  }

  private void duration(Pattern form, String expected, JsonNode value, String field) {
    if (!form.matcher(value.asText()).matches()) {
      add(Problem.Sort.INVALID_VALUE, field, value, expected);
    }
  }

  private void regularExpression(JsonNode value, String field) {
    try {
      com.google.re2j.Pattern.compile(value.asText());
    } catch (PatternSyntaxException e) {
      add(
          Problem.Sort.INVALID_VALUE,
          field,
          value,
          "an RE2 expression; " + e.getDescription() + ": " + e.getPattern());
    }
  }

  private void number(JsonNode schema, JsonNode value, String field) {
    if (!isAmongEnum(schema, value, field)) {
      return;
    }
    if (value.isIntegralNumber() && !value.canConvertToLong()) {
      add(Problem.Sort.INVALID_VALUE, field, value, "an integer of 64 bits");
      return;
    }
    boolean isTooLarge =
        schema.path("format").asText("").equals("int32") && !value.canConvertToInt();
    if (isTooLarge) {
      add(Problem.Sort.INVALID_VALUE, field, value, "an integer of 32 bits");
    } else {
      range(schema, "minimum", "maximum", value.asDouble(), "", value, field);
    }
  }

  private boolean isAmongEnum(JsonNode schema, JsonNode value, String field) {
    JsonNode allowed = schema.get("enum");
    if (allowed == null) {
      return true;
    }
    for (JsonNode one : allowed) {
      if (one.asText().equals(value.asText())) {
        return true;
      }
    }
    add(
        Problem.Sort.UNSUPPORTED_VALUE,
        field,
        value,
        "one of " + String.join(", ", texts(allowed)));
    return false;
  }

  private void range(
      JsonNode schema,
      String minimumKey,
      String maximumKey,
      double measure,
      String unit,
      JsonNode value,
      String field) {
    JsonNode minimum = schema.get(minimumKey);
    JsonNode maximum = schema.get(maximumKey);
    boolean isBelow = minimum != null && measure < minimum.asDouble();
    boolean isAbove = maximum != null && measure > maximum.asDouble();
    if (isBelow || isAbove) {
      add(Problem.Sort.INVALID_VALUE, field, value, rangeInWords(minimum, maximum) + unit);
    }
  }

  private void add(Problem.Sort sort, String field, JsonNode value, String expected) {
    String shown = value.toString();
    if (shown.length() > MAX_SHOWN_LENGTH) {
      shown = shown.substring(0, MAX_SHOWN_LENGTH) + "...";
    }
    problems.add(new Problem(sort, field.isEmpty() ? "the resource" : field, shown, expected));
  }

  private static String rangeInWords(@Nullable JsonNode minimum, @Nullable JsonNode maximum) {
    if (minimum == null) {
      return "<= " + maximum;
    }
    return maximum == null ? ">= " + minimum : minimum + " to " + maximum;
  }

  private static String typeInWords(JsonNode schema) {
    return switch (schema.path("type").asText()) {
      case "object" -> "an object";
      case "array" -> "a list";
      case "string" -> "a string";
      case "boolean" -> "true or false";
      case "integer" -> "an integer";
      default -> "a number";
    };
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static String child(String field, String name) {
    return field.isEmpty() ? name : field + "." + name;
  }
}
