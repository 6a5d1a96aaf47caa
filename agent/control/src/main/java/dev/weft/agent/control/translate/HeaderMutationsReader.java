/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderMutations.Mode;
import dev.weft.agent.engine.config.HeaderTemplate;
import dev.weft.protocol.lite.envoy.config.core.v3.HeaderValueOption;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads header operations, and puts those of several levels together. */
final class HeaderMutationsReader {
  private HeaderMutationsReader() {}

  static HeaderMutations read(Route route, Field field) {
    return of(
        values(route.getRequestHeadersToAddList(), field, "request_headers_to_add"),
        names(route.getRequestHeadersToRemoveList()),
        values(route.getResponseHeadersToAddList(), field, "response_headers_to_add"),
        names(route.getResponseHeadersToRemoveList()));
  }

  static HeaderMutations read(VirtualHost host, Field field) {
    return of(
        values(host.getRequestHeadersToAddList(), field, "request_headers_to_add"),
        names(host.getRequestHeadersToRemoveList()),
        values(host.getResponseHeadersToAddList(), field, "response_headers_to_add"),
        names(host.getResponseHeadersToRemoveList()));
  }

  static HeaderMutations read(RouteConfiguration routes, Field field) {
    return of(
        values(routes.getRequestHeadersToAddList(), field, "request_headers_to_add"),
        names(routes.getRequestHeadersToRemoveList()),
        values(routes.getResponseHeadersToAddList(), field, "response_headers_to_add"),
        names(routes.getResponseHeadersToRemoveList()));
  }

  static HeaderMutations read(ClusterWeight cluster, Field field) {
    return of(
        values(cluster.getRequestHeadersToAddList(), field, "request_headers_to_add"),
        names(cluster.getRequestHeadersToRemoveList()),
        values(cluster.getResponseHeadersToAddList(), field, "response_headers_to_add"),
        names(cluster.getResponseHeadersToRemoveList()));
  }

  /** Returns one level that does what the two do one after the other. */
  static HeaderMutations inTurn(HeaderMutations first, HeaderMutations second) {
    if (first.equals(HeaderMutations.NONE)) {
      return second;
    }
    if (second.equals(HeaderMutations.NONE)) {
      return first;
    }
    return new HeaderMutations(
        added(first.requestAdd(), second.requestRemove(), second.requestAdd()),
        union(first.requestRemove(), second.requestRemove()),
        added(first.responseAdd(), second.responseRemove(), second.responseAdd()),
        union(first.responseRemove(), second.responseRemove()));
  }

  private static HeaderMutations of(
      List<HeaderValue> requestAdd,
      List<String> requestRemove,
      List<HeaderValue> responseAdd,
      List<String> responseRemove) {
    boolean nothing =
        requestAdd.isEmpty()
            && requestRemove.isEmpty()
            && responseAdd.isEmpty()
            && responseRemove.isEmpty();
    return nothing
        ? HeaderMutations.NONE
        : new HeaderMutations(requestAdd, requestRemove, responseAdd, responseRemove);
  }

  private static List<HeaderValue> added(
      List<HeaderValue> first, List<String> removed, List<HeaderValue> second) {
    List<HeaderValue> all = new ArrayList<>(first.size() + second.size());
    for (HeaderValue value : first) {
      if (!removed.contains(value.name())) {
        all.add(value);
      }
    }
    all.addAll(second);
    return all;
  }

  private static List<String> union(List<String> first, List<String> second) {
    Set<String> all = new LinkedHashSet<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private static List<String> names(List<String> names) {
    List<String> lower = new ArrayList<>(names.size());
    for (String name : names) {
      lower.add(name.toLowerCase(Locale.ROOT));
    }
    return lower;
  }

  private static List<HeaderValue> values(
      List<HeaderValueOption> options, Field parent, String name) {
    List<HeaderValue> values = new ArrayList<>(options.size());
    for (int i = 0; i < options.size(); i++) {
      HeaderValueOption option = options.get(i);
      Field field = parent.at(name, i);
      String value =
          option.getHeader().getRawValue().isEmpty()
              ? option.getHeader().getValue()
              : option.getHeader().getRawValue().toStringUtf8();
      if (value.isEmpty() && !option.getKeepEmptyValue()) {
        continue;
      }
      String key =
          StringMatchReader.nonEmpty(option.getHeader().getKey(), field.at("header").at("key"));
      values.add(
          header(
              key.toLowerCase(Locale.ROOT),
              value,
              mode(option, field),
              name.startsWith("request"),
              field.at("header").at("value")));
    }
    return values;
  }

  /** A response knows its request no more: there a command is sent as it is written. */
  private static HeaderValue header(
      String name, String value, Mode mode, boolean isRequest, Field field) {
    if (value.indexOf('%') < 0) {
      return new HeaderValue(name, value, mode);
    }
    HeaderTemplate template = HeaderTemplateReader.read(value);
    if (template == null || (!isRequest && template.isOfRequest())) {
      field.ignored("the command in " + value);
      return new HeaderValue(name, value, mode);
    }
    return template.isOfRequest()
        ? new HeaderValue(name, value, mode, template)
        : new HeaderValue(name, value.replace("%%", "%"), mode);
  }

  // The deprecated "append" is what older control planes still push.
  @SuppressWarnings("deprecation")
  private static Mode mode(HeaderValueOption option, Field field) {
    if (option.hasAppend()) {
      return XdsDefaults.append(option)
          ? Mode.APPEND_IF_EXISTS_OR_ADD
          : Mode.OVERWRITE_IF_EXISTS_OR_ADD;
    }
    return switch (option.getAppendAction()) {
      case APPEND_IF_EXISTS_OR_ADD -> Mode.APPEND_IF_EXISTS_OR_ADD;
      case ADD_IF_ABSENT -> Mode.ADD_IF_ABSENT;
      case OVERWRITE_IF_EXISTS_OR_ADD -> Mode.OVERWRITE_IF_EXISTS_OR_ADD;
      case OVERWRITE_IF_EXISTS -> Mode.OVERWRITE_IF_EXISTS;
      case UNRECOGNIZED ->
          throw field
              .at("append_action")
              .bad(option.getAppendActionValue(), "a HeaderAppendAction, 0 to 3");
    };
  }
}
