/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a request is answered with. */
sealed interface ApiAnswer {

  /**
   * One document.
   *
   * @param status the HTTP status
   * @param json the body
   * @param warnings what the client shows its user beside
   */
  record Document(int status, ObjectNode json, List<String> warnings) implements ApiAnswer {
    public Document {
      warnings = List.copyOf(warnings);
    }

    static Document ok(ObjectNode json) {
      return new Document(200, json, List.of());
    }
  }

  /**
   * Events, until the client has enough.
   *
   * @param watch what is watched and how it is shown
   */
  record Events(WatchPlan watch) implements ApiAnswer {}
}
