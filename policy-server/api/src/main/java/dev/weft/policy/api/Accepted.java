/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The form that a client wants an answer in: the first of its {@code Accept} header that is known.
 *
 * @param form the form
 * @param contentType what {@code Content-Type} says then
 */
record Accepted(Form form, String contentType) {

  /** Forms of an answer. */
  enum Form {
    JSON,
    YAML,
    TABLE,
    DISCOVERY
  }

  private static final String JSON_TYPE = "application/json";

  /**
   * Chooses the form.
   *
   * @param isDiscovery whether the answer can be an aggregated discovery document
   * @param isTable whether the answer can be a table
   * @throws ApiException if no form that is wanted is known
   */
  static Accepted of(String accept, boolean isDiscovery, boolean isTable) {
    for (String range : accept.split(",", -1)) {
      List<String> parts = new ArrayList<>();
      Arrays.stream(range.split(";", -1))
          .map(part -> part.trim().toLowerCase(Locale.ROOT))
          .filter(part -> !part.startsWith("q=") && !part.startsWith("charset="))
          .forEach(parts::add);
      String type = parts.remove(0);
      if (parts.isEmpty()) {
        switch (type) {
          case JSON_TYPE, "*/*", "application/*", "" -> {
            return new Accepted(Form.JSON, JSON_TYPE);
          }
          case "application/yaml", "text/yaml" -> {
            return new Accepted(Form.YAML, "application/yaml");
          }
          default -> {
            // the next one
          }
        }
      } else if (type.equals(JSON_TYPE)) {
        if (isTable && parts.containsAll(List.of("as=table", "v=v1", "g=meta.k8s.io"))) {
          return new Accepted(Form.TABLE, JSON_TYPE);
        }
        if (isDiscovery
            && parts.containsAll(
                List.of("as=apigroupdiscoverylist", "v=v2", "g=apidiscovery.k8s.io"))) {
          return new Accepted(
              Form.DISCOVERY, JSON_TYPE + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        }
      }
    }
    throw ApiException.notAcceptable(accept);
  }
}
