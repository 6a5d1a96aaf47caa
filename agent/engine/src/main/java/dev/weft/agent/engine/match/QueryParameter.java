/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

/** Finds a parameter in a path's query without taking the query apart. */
public final class QueryParameter {
  private QueryParameter() {}

  /** Returns where the first value of the parameter starts in the path; -1 if it is not there. */
  public static int start(String path, String name) {
    int at = path.indexOf('?') + 1;
    if (at == 0) {
      return -1;
    }
    while (at <= path.length()) {
      int end = end(path, at);
      int afterName = at + name.length();
      if (afterName <= end && path.startsWith(name, at)) {
        if (afterName == end) {
          return end;
        }
        if (path.charAt(afterName) == '=') {
          return afterName + 1;
        }
      }
      at = end + 1;
    }
    return -1;
  }

  /** Returns where the value that starts at {@code start} ends. */
  public static int end(String path, int start) {
    int end = path.indexOf('&', start);
    return end < 0 ? path.length() : end;
  }
}
