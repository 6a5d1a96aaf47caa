/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.validate;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.route.HeaderOperations;
import java.util.List;

/** Finds what is wrong with header operations. */
final class HeaderValidator {
  private final Problems problems;

  HeaderValidator(Problems problems) {
    this.problems = problems;
  }

  /** Reports a name that is not an HTTP token in lower case. */
  static void name(Problems problems, String field, String name) {
    boolean valid = !name.isEmpty();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      valid &= letterOrDigit || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
    problems.check(valid, field, "'" + name + "'", "a header name in lower case");
  }

  void mutations(String field, HeaderMutations mutations) {
    add(field + "request_headers_to_add", mutations.requestAdd());
    remove(field + "request_headers_to_remove", mutations.requestRemove());
    add(field + "response_headers_to_add", mutations.responseAdd());
    remove(field + "response_headers_to_remove", mutations.responseRemove());
  }

  /** Reports more operations that depend on what is there than one list can have. */
  void levels(String field, List<HeaderMutations> levels) {
    int request = HeaderOperations.ofRequest(levels).conditional();
    int response = HeaderOperations.ofResponse(levels).conditional();
    problems.check(
        Math.max(request, response) <= HeaderOperations.MAX_CONDITIONAL,
        field + "headers_to_add",
        Math.max(request, response) + " conditional operations",
        "<= " + HeaderOperations.MAX_CONDITIONAL);
  }

  private void add(String field, List<HeaderValue> headers) {
    for (int i = 0; i < headers.size(); i++) {
      String one = field + "[" + i + "]";
      mutable(one + ".key", headers.get(i).name());
      String value = headers.get(i).value();
      boolean oneLine = value.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0);
      problems.check(oneLine, one + ".value", "a value with a line break", "one line");
    }
  }

  private void remove(String field, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      mutable(field + "[" + i + "]", names.get(i));
    }
  }

  /** As in Envoy: pseudo headers and host are changed by a rewrite only. */
  private void mutable(String field, String name) {
    if (name.startsWith(":") || name.equals("host")) {
      problems.add(field, name, "neither host nor a pseudo header; use a rewrite");
    } else {
      name(problems, field, name);
    }
  }
}
