/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is done to headers, at one level. Immutable.
 *
 * @param requestAdd set or added to requests
 * @param requestRemove removed from requests
 * @param responseAdd set or added to responses
 * @param responseRemove removed from responses
 * @param authority the authority to send; null to leave it
 */
record HeaderOperations(
    List<HeaderValueOption> requestAdd,
    List<String> requestRemove,
    List<HeaderValueOption> responseAdd,
    List<String> responseRemove,
    @Nullable String authority) {
  static final HeaderOperations NONE =
      new HeaderOperations(List.of(), List.of(), List.of(), List.of(), null);

  HeaderOperations {
    requestAdd = List.copyOf(requestAdd);
    requestRemove = List.copyOf(requestRemove);
    responseAdd = List.copyOf(responseAdd);
    responseRemove = List.copyOf(responseRemove);
  }

  /** Reads a VirtualService's {@code headers}. */
  static HeaderOperations read(Field headers, Report report) {
    if (!headers.isPresent()) {
      return NONE;
    }
    Field request = headers.get("request");
    Field response = headers.get("response");
    String authority = null;
    for (var member : request.get("set").members().entrySet()) {
      if (isAuthority(member.getKey())) {
        authority = member.getValue().text();
      }
    }
    return new HeaderOperations(
        written(request, report),
        removed(request.get("remove"), report),
        written(response, report),
        removed(response.get("remove"), report),
        authority);
  }

  private static List<HeaderValueOption> written(Field operations, Report report) {
    List<HeaderValueOption> written = new ArrayList<>();
    operations
        .get("set")
        .members()
        .forEach(
            (name, value) -> {
              if (!isAuthority(name)) {
                write(name, value, HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD, written, report);
              }
            });
    operations
        .get("add")
        .members()
        .forEach(
            (name, value) ->
                write(name, value, HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD, written, report));
    return written;
  }

  /** Adds an operation, or reports that the name is none. */
  static void write(
      String name,
      Field value,
      HeaderAppendAction action,
      List<HeaderValueOption> written,
      Report report) {
    if (!isToken(name)) {
      report.invalid(value, "a header name: " + name + " is none");
      return;
    }
    written.add(
        HeaderValueOption.newBuilder()
            .setHeader(
                HeaderValue.newBuilder()
                    .setKey(name.toLowerCase(Locale.ROOT))
                    .setValue(value.text()))
            .setAppendAction(action)
            .setKeepEmptyValue(true)
            .build());
  }

  static List<String> removed(Field names, Report report) {
    List<String> removed = new ArrayList<>();
    for (Field name : names.items()) {
      if (isToken(name.text()) && !name.text().equalsIgnoreCase("host")) {
        removed.add(name.text().toLowerCase(Locale.ROOT));
      } else {
        report.invalid(name, "a header name, not host");
      }
    }
    return removed;
  }

  static boolean isAuthority(String name) {
    return name.equalsIgnoreCase("host") || name.equals(":authority");
  }

  private static boolean isToken(String name) {
    if (name.isEmpty()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 127 || "()<>@,;:\\\"/[]?={}".indexOf(c) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns these operations and then the others. */
  HeaderOperations and(HeaderOperations then) {
    return new HeaderOperations(
        concat(requestAdd, then.requestAdd),
        concat(requestRemove, then.requestRemove),
        concat(responseAdd, then.responseAdd),
        concat(responseRemove, then.responseRemove),
        then.authority == null ? authority : then.authority);
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  void applyTo(Route.Builder route) {
    route
        .addAllRequestHeadersToAdd(requestAdd)
        .addAllRequestHeadersToRemove(requestRemove)
        .addAllResponseHeadersToAdd(responseAdd)
        .addAllResponseHeadersToRemove(responseRemove);
  }

  void applyTo(ClusterWeight.Builder cluster) {
    cluster
        .addAllRequestHeadersToAdd(requestAdd)
        .addAllRequestHeadersToRemove(requestRemove)
        .addAllResponseHeadersToAdd(responseAdd)
        .addAllResponseHeadersToRemove(responseRemove);
    if (authority != null) {
      cluster.setHostRewriteLiteral(authority);
    }
  }
}
