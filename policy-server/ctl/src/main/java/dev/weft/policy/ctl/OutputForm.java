/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.PrintWriter;

/** How resources are printed. */
enum OutputForm {
  TABLE,
  WIDE,
  YAML,
  JSON;

  boolean isTable() {
    return this == TABLE || this == WIDE;
  }

  /** Prints JSON in this form, which is no table. */
  void print(PrintWriter out, JsonNode json) {
    try {
      out.println(
          this == YAML
              ? new YAMLMapper(
                      YAMLFactory.builder()
                          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                          .build())
                  .writeValueAsString(json)
                  .stripTrailing()
              : json.toPrettyString());
    } catch (JsonProcessingException e) {
      throw new CommandFailure("cannot print the answer: " + e.getOriginalMessage());
    }
  }
}
