/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares one resource with a schema. Not thread-safe. */
final class SchemaCheck {
  /** Certain enough: the chance of taking another number for a prime is below 2 to the -40. */
  private static final int PRIME_CERTAINTY = 40;

  private final List<Problem> problems = new ArrayList<>();
  private final FieldRelations relations = new FieldRelations(problems);

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
    relations.ofObject(schema, object, field);
  }

  private void member(JsonNode schema, Map.Entry<String, JsonNode> entry, String field) {
    String name = entry.getKey();
    JsonNode known = schema.path("properties").get(name);
    JsonNode values = schema.get("additionalProperties");
    if (known != null) {
      value(known, entry.getValue(), child(field, name));
    } else if (values != null) {
      key(schema, name, field);
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

  private void key(JsonNode schema, String name, String field) {
    Format format = Format.named(schema.path("x-weft-keys").asText());
    if (format != null && !format.accepts(name)) {
      add(
          Problem.Sort.INVALID_VALUE,
          field + "[" + name + "]",
          TextNode.valueOf(name),
          format.expected());
    }
  }

  private void array(JsonNode schema, JsonNode array, String field) {
    range(schema, "minItems", "maxItems", array.size(), " items", array, field);
    int index = 0;
    for (JsonNode item : array) {
      value(schema.path("items"), item, field + "[" + index++ + "]");
    }
    relations.ofArray(schema, array, field);
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
    Format format = Format.named(schema.path("format").asText());
    if (format == Format.RE2) {
      regularExpression(value, field);
    } else if (format != null && !format.accepts(text)) {
      add(Problem.Sort.INVALID_VALUE, field, value, format.expected());
    }
  }

  private void regularExpression(JsonNode value, String field) {
    String problem = Format.regexProblem(value.asText());
    if (problem != null) {
      add(Problem.Sort.INVALID_VALUE, field, value, Format.RE2.expected() + "; " + problem);
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
      if (schema.path("x-weft-prime").asBoolean()
          && !value.bigIntegerValue().isProbablePrime(PRIME_CERTAINTY)) {
        add(Problem.Sort.INVALID_VALUE, field, value, "a prime");
      }
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
    problems.add(Problem.of(sort, field.isEmpty() ? "the resource" : field, value, expected));
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
