/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Format;
import dev.weft.policy.model.ResourceKey;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a compiler step says what is wrong with one resource. The readers here check a value and
 * report it if it is bad. Not thread-safe.
 */
final class Report {
  private final ResourceKey resource;
  private final Set<Finding> findings;

  /**
   * @param findings gets what is found; the same finding twice counts once
   */
  Report(ResourceKey resource, Set<Finding> findings) {
    this.resource = resource;
    this.findings = findings;
  }

  /** Says that what the field asks for is not in effect. */
  void severe(String reason, Field field, String message) {
    findings.add(Finding.severe(resource, reason, field.path(), message));
  }

  /** Says something about a field that is in effect. */
  void warning(String reason, Field field, String message) {
    findings.add(Finding.warning(resource, reason, field.path(), message));
  }

  /** Says that a value is wrong and left out. */
  void invalid(Field field, String expected) {
    severe("InvalidValue", field, field.node() + " (expected: " + expected + "); it is left out");
  }

  /** Says, if the field asks for something, that agents do not do it. */
  void notEnforced(Field field) {
    if (asksForSomething(field.node())) {
      severe("NotEnforced", field, "not enforced by clients; remove it or do not rely on it");
    }
  }

  /** What is false, 0 or empty is what holds without it too. */
  private static boolean asksForSomething(JsonNode node) {
    if (node.isContainerNode()) {
      for (JsonNode member : node) {
        if (asksForSomething(member)) {
          return true;
        }
      }
      return false;
    }
    Duration duration = node.isTextual() ? GoDuration.parse(node.asText()) : null;
    return !(node.isMissingNode()
        || node.isNull()
        || (node.isBoolean() && !node.asBoolean())
        || (node.isNumber() && node.asDouble() == 0)
        || (node.isTextual() && node.asText().isEmpty())
        || (duration != null && duration.isZero()));
  }

  /** Returns a whole number of a range; the fallback if it is missing, or bad and reported. */
  long number(Field field, long min, long max, long fallback) {
    if (!field.isPresent()) {
      return fallback;
    }
    long value = field.number(Long.MIN_VALUE);
    if (value < min || value > max) {
      invalid(field, max == Long.MAX_VALUE ? ">= " + min : min + " to " + max);
      return fallback;
    }
    return value;
  }

  /** Returns a percentage; the fallback if it is missing, or bad and reported. */
  double percent(Field field, double fallback) {
    if (!field.isPresent()) {
      return fallback;
    }
    double value = field.decimal(-1);
    if (!(value >= 0 && value <= 100)) {
      invalid(field, "0 to 100");
      return fallback;
    }
    return value;
  }

  /** Returns a duration of 0 or more; null if it is missing, or bad and reported. */
  @Nullable Duration duration(Field field) {
    if (!field.isPresent()) {
      return null;
    }
    Duration value = GoDuration.parse(field.text());
    if (value == null) {
      invalid(field, "a duration such as 1h, 1m, 1.5s or 100ms");
    }
    return value;
  }

  /** Returns a duration of more than 0; null if it is missing, or bad and reported. */
  @Nullable Duration positiveDuration(Field field) {
    Duration duration = duration(field);
    if (duration != null && duration.isZero()) {
      invalid(field, "more than 0");
      return null;
    }
    return duration;
  }

  /** Returns whether this has a form, and reports it if not. */
  boolean isOf(Format format, Field field) {
    boolean isSo = format.accepts(field.text());
    if (!isSo) {
      invalid(field, format.expected());
    }
    return isSo;
  }

  /** Returns whether this is an RE2 expression, and reports it if not. */
  boolean isRegex(Field field) {
    if (field.text().isEmpty()) {
      invalid(field, "an RE2 expression that is not empty");
      return false;
    }
    try {
      Pattern.compile(field.text());
      return true;
    } catch (PatternSyntaxException e) {
      invalid(field, "an RE2 expression: " + e.getDescription());
      return false;
    }
  }
}
