/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Builds trees from YAML and notes the line of each field. For one text; not thread-safe. */
final class YamlReader {
  /** With all aliases written out; a small text can stand for a huge tree. */
  private static final int MAX_NODES = 200_000;

  private static final String MERGE_KEY = "<<";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Map<String, JsonNode> anchors = new HashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();
  private int nodes;

  List<YamlDocument> read(String text) throws YamlException {
    List<YamlDocument> documents = new ArrayList<>();
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      while (parser.nextToken() != null) {
        anchors.clear();
        lines.clear();
        int line = line(parser);
        JsonNode root = value(parser, "");
        if (!root.isNull()) {
          documents.add(new YamlDocument(root, line, lines));
        }
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new YamlException(line, withoutExcerpt(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new YamlException(1, String.valueOf(e.getMessage()));
    }
    return List.copyOf(documents);
  }

  private JsonNode value(YAMLParser parser, String path) throws IOException, YamlException {
    lines.putIfAbsent(path, line(parser));
    count(parser, 1);
    @Nullable String anchor = parser.getObjectId();
    if (parser.isCurrentAlias()) {
      JsonNode target = anchors.get(parser.getText());
      if (target == null) {
        throw new YamlException(line(parser), "unknown alias *" + parser.getText());
      }
      count(parser, sizeOf(target));
      return target;
    }
    JsonNode value =
        switch (parser.currentToken()) {
          case START_OBJECT -> object(parser, path);
          case START_ARRAY -> array(parser, path);
          case VALUE_STRING -> NODES.textNode(parser.getText());
          case VALUE_NUMBER_INT -> integer(parser);
          case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
          case VALUE_TRUE -> NODES.booleanNode(true);
          case VALUE_FALSE -> NODES.booleanNode(false);
          case VALUE_NULL -> NODES.nullNode();
          default -> throw new YamlException(line(parser), "unexpected " + parser.currentToken());
        };
    if (anchor != null) {
      anchors.put(anchor, value);
    }
    return value;
  }

  private ObjectNode object(YAMLParser parser, String path) throws IOException, YamlException {
    ObjectNode object = NODES.objectNode();
    List<JsonNode> merged = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      int line = line(parser);
      String child = path.isEmpty() ? name : path + "." + name;
      lines.put(child, line);
      parser.nextToken();
      JsonNode value = value(parser, child);
      if (name.equals(MERGE_KEY)) {
        merged.add(value);
      } else if (object.has(name)) {
        throw new YamlException(line, child + ": the key is there twice");
      } else {
        object.set(name, value);
      }
    }
    for (JsonNode defaults : merged) {
      merge(object, defaults);
    }
    return object;
  }

  private static void merge(ObjectNode object, JsonNode defaults) {
    if (defaults.isArray()) {
      defaults.forEach(one -> merge(object, one));
    }
    for (Map.Entry<String, JsonNode> field : defaults.properties()) {
      if (!object.has(field.getKey())) {
        object.set(field.getKey(), field.getValue());
      }
    }
  }

  private ArrayNode array(YAMLParser parser, String path) throws IOException, YamlException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser, path + "[" + array.size() + "]"));
    }
    return array;
  }

  private static JsonNode integer(YAMLParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      default -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  private void count(YAMLParser parser, int more) throws YamlException {
    nodes += more;
    if (nodes > MAX_NODES) {
      throw new YamlException(
          line(parser), "too large (expected: at most " + MAX_NODES + " values)");
    }
  }

  private static int sizeOf(JsonNode node) {
    int size = 1;
    for (JsonNode child : node) {
      size += sizeOf(child);
      if (size > MAX_NODES) {
        return size;
      }
    }
    return size;
  }

  private static int line(YAMLParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  /** Leaves out the lines that show the place, which stand further in. */
  private static String withoutExcerpt(String message) {
    return message
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith(" "))
        .collect(Collectors.joining(": "));
  }
}
