/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.linecorp.armeria.common.HttpData;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request, as far as the API looks at it.
 *
 * @param method the method, in upper case
 * @param segments the path's segments, decoded
 * @param query the query's parameters, each by its first value
 * @param accept the header, or {@code * / *} without the spaces
 * @param contentType the media type of the body without its parameters, in lower case
 * @param userAgent the header, or empty
 * @param body the body
 * @param namespaces of which it may be told of agents and tokens; empty for all
 */
record ApiRequest(
    String method,
    List<String> segments,
    Map<String, String> query,
    String accept,
    String contentType,
    String userAgent,
    HttpData body,
    Set<String> namespaces) {

  ApiRequest {
    segments = List.copyOf(segments);
    query = Map.copyOf(query);
    namespaces = Set.copyOf(namespaces);
  }

  /** Returns whether it may be told of what is in a namespace. */
  boolean mayBeToldOf(String namespace) {
    return namespaces.isEmpty() || namespaces.contains(namespace);
  }

  /** Returns a parameter's value, or empty. */
  String parameter(String name) {
    return query.getOrDefault(name, "");
  }

  /** Returns whether a parameter is there and true. */
  boolean isSet(String name) {
    String value = parameter(name);
    return value.equals("true") || value.equals("1");
  }

  /**
   * Returns a parameter that counts something.
   *
   * @throws ApiException if it is no number of 0 or more
   */
  long count(String name, long otherwise) {
    String value = parameter(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      long count = Long.parseLong(value);
      if (count >= 0) {
        return count;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw ApiException.badRequest(name + ": " + value + " (expected: a number >= 0)");
  }

  String path() {
    return "/" + String.join("/", segments);
  }
}
