/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.linecorp.armeria.common.HttpData;
import dev.weft.policy.model.YamlDocument;
import dev.weft.policy.model.YamlException;
import java.io.IOException;
import java.util.List;

/** Reads and writes bodies. */
final class Bodies {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Bodies() {}

  /**
   * Reads JSON, or YAML where the media type says so.
   *
   * @throws ApiException if it is neither
   */
  static JsonNode read(HttpData body, boolean isYaml) {
    JsonNode read = isYaml ? readYaml(body.toStringUtf8()) : readJson(body);
    if (read.isMissingNode() || read.isNull()) {
      throw ApiException.badRequest("the body is empty (expected: a resource)");
    }
    return read;
  }

  private static JsonNode readJson(HttpData body) {
    try {
      return JSON.readTree(body.array());
    } catch (JsonProcessingException e) {
      throw ApiException.badRequest("the body is no JSON: " + where(e) + e.getOriginalMessage());
    } catch (IOException e) {
      throw ApiException.badRequest("the body cannot be read: " + e.getMessage());
    }
  }

  private static JsonNode readYaml(String text) {
    try {
      List<YamlDocument> documents = YamlDocument.parseAll(text);
      if (documents.size() > 1) {
        throw ApiException.badRequest(
            "the body has " + documents.size() + " documents (expected: one)");
      }
      return documents.isEmpty() ? MissingNode.getInstance() : documents.get(0).root();
    } catch (YamlException e) {
      throw ApiException.badRequest(
          "the body is no YAML: line " + e.line() + ": " + e.getMessage());
    }
  }

  private static String where(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : "line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ": ";
  }

  /** Reads an object. */
  static ObjectNode readObject(HttpData body, boolean isYaml) {
    if (read(body, isYaml) instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.badRequest("the body is no object (expected: a resource)");
  }

  static byte[] write(ObjectNode json, boolean isYaml) {
    try {
      return (isYaml ? Yaml.MAPPER : JSON).writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw ApiException.internal("the answer cannot be written: " + e.getOriginalMessage());
    }
  }

  static boolean isYaml(String contentType) {
    return contentType.endsWith("/yaml")
        || contentType.endsWith("+yaml")
        || contentType.endsWith("/x-yaml");
  }

  /** Loaded with the first answer in YAML. */
  private static final class Yaml {
    static final ObjectMapper MAPPER =
        new ObjectMapper(
            YAMLFactory.builder()
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .build());
  }
}
