/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Format;
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
        written(request, true, report),
        removed(request.get("remove"), report),
        written(response, false, report),
        removed(response.get("remove"), report),
        authority);
  }

  private static List<HeaderValueOption> written(
      Field operations, boolean isRequest, Report report) {
    List<HeaderValueOption> written = new ArrayList<>();
    operations
        .get("set")
        .members()
        .forEach(
            (name, value) -> {
              if (!isRequest || !isAuthority(name)) {
                write(
                    name,
                    value,
                    HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
                    isRequest,
                    written,
                    report);
              }
            });
    operations
        .get("add")
        .members()
        .forEach(
            (name, value) ->
                write(
                    name,
                    value,
                    HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD,
                    isRequest,
                    written,
                    report));
    return written;
  }

  /** Adds an operation, or reports what is wrong with its name or value. */
  static void write(
      String name,
      Field value,
      HeaderAppendAction action,
      boolean isRequest,
      List<HeaderValueOption> written,
      Report report) {
    if (!Format.CHANGED_HEADER.accepts(name)) {
      report.invalid(value, Format.CHANGED_HEADER.expected() + "; " + name + " is none");
      return;
    }
    if (!report.isOf(Format.HEADER_VALUE, value)) {
      return;
    }
    String command = HeaderCommands.unknown(value.text(), isRequest);
    if (command != null) {
      report.severe(
          "NotSupported",
          value,
          command
              + " is no command that clients know here (expected: "
              + (isRequest ? "%REQ(name)%, or " : "")
              + "%% for a percent sign); the header is left out");
      return;
    }
    written.add(
        HeaderValueOption.newBuilder()
            .setHeader(
                HeaderValue.newBuilder()
                    .setKey(name.toLowerCase(Locale.ROOT))
                    .setValue(value.text()))
            .setAppendAction(action)
            .setKeepEmptyValue(!HeaderCommands.has(value.text()))
            .build());
  }

  static List<String> removed(Field names, Report report) {
    List<String> removed = new ArrayList<>();
    for (Field name : names.items()) {
      if (report.isOf(Format.CHANGED_HEADER, name)) {
        removed.add(name.text().toLowerCase(Locale.ROOT));
      }
    }
    return removed;
  }

  static boolean isAuthority(String name) {
    return name.equalsIgnoreCase("host") || name.equals(":authority");
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
