/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One document of YAML, or JSON, and where in the text its fields stand. Immutable. */
public final class YamlDocument {
  private static final Pattern NAME_IN_BRACKETS = Pattern.compile("\\[([^\\]]*[^\\]0-9][^\\]]*)]");

  private final JsonNode root;
  private final int line;
  private final Map<String, Integer> lines;

  YamlDocument(JsonNode root, int line, Map<String, Integer> lines) {
    this.root = root;
    this.line = line;
    this.lines = new HashMap<>(lines);
  }

  /**
   * Reads all documents of a text; empty ones are left out. Aliases and merge keys are resolved.
   *
   * @throws YamlException if the text is no YAML, or has the same key twice in one object
   */
  public static List<YamlDocument> parseAll(String text) throws YamlException {
    return new YamlReader().read(text);
  }

  /** Returns the content. */
  public JsonNode root() {
    return root;
  }

  /** Returns the line that it begins on, from 1. */
  public int line() {
    return line;
  }

  /**
   * Returns the line, from 1, of a field as {@link Problem#field} names it; of what is around it if
   * the field is not there.
   */
  public int lineOf(String field) {
    String path = NAME_IN_BRACKETS.matcher(field).replaceAll(".$1");
    while (!path.isEmpty()) {
      Integer found = lines.get(path);
      if (found != null) {
        return found;
      }
      path = path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }
    return line;
  }
}
