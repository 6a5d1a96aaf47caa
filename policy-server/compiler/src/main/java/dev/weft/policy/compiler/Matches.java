/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Format;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns an HTTPMatchRequest of a VirtualService into Envoy's words. */
final class Matches {
  /** What a catch-all matches. */
  static final RouteMatch ANY = RouteMatch.newBuilder().setPrefix("/").build();

  /** Istio's way to match what a token says, at gateways. */
  private static final String CLAIMS = "@request.auth.";

  private static final String ONE_OF = "one of exact, prefix and regex";

  private Matches() {}

  /** Returns the match; null if a part of it is bad and reported, so that it can never match. */
  static @Nullable RouteMatch read(Field field, Report report) {
    RouteMatch.Builder match = RouteMatch.newBuilder();
    boolean isGood =
        readUri(field.get("uri"), field.get("ignoreUriCase").bool(false), match, report);
    isGood &= readPseudoHeader(":method", field.get("method"), match, report);
    isGood &= readPseudoHeader(":authority", field.get("authority"), match, report);
    isGood &= readPseudoHeader(":scheme", field.get("scheme"), match, report);
    for (Map.Entry<String, Field> header : field.get("headers").members().entrySet()) {
      isGood &= readHeader(header.getKey(), header.getValue(), false, match, report);
    }
    for (Map.Entry<String, Field> header : field.get("withoutHeaders").members().entrySet()) {
      isGood &= readHeader(header.getKey(), header.getValue(), true, match, report);
    }
    for (Map.Entry<String, Field> parameter : field.get("queryParams").members().entrySet()) {
      isGood &= readQueryParameter(parameter.getKey(), parameter.getValue(), match, report);
    }
    return isGood ? match.build() : null;
  }

  private static boolean readUri(
      Field uri, boolean ignoreCase, RouteMatch.Builder match, Report report) {
    if (!uri.isPresent()) {
      match.setPrefix("/");
      return true;
    }
    Field exact = uri.get("exact");
    Field prefix = uri.get("prefix");
    Field regex = uri.get("regex");
    if (exact.isPresent()) {
      match.setPath(exact.text());
    } else if (prefix.isPresent()) {
      match.setPrefix(prefix.text());
    } else if (regex.isPresent()) {
      if (!report.isRegex(regex)) {
        return false;
      }
      match.setSafeRegex(regexMatcher(regex.text()));
    } else {
      report.invalid(uri, ONE_OF);
      return false;
    }
    if (ignoreCase && !regex.isPresent()) {
      match.setCaseSensitive(Protos.bool(false));
    }
    return true;
  }

  private static boolean readPseudoHeader(
      String name, Field value, RouteMatch.Builder match, Report report) {
    return !value.isPresent() || readHeader(name, value, false, match, report);
  }

  private static boolean readHeader(
      String name, Field value, boolean isWithout, RouteMatch.Builder match, Report report) {
    if (!Format.MATCHED_HEADER.accepts(name)) {
      report.severe(
          "InvalidValue",
          value,
          name + " (expected: " + Format.MATCHED_HEADER.expected() + "); it matches no request");
      return false;
    }
    if (name.startsWith(CLAIMS)) {
      report.severe(
          "NotSupported", value, "claims are not known to clients; the match matches no request");
      return false;
    }
    HeaderMatcher.Builder header =
        HeaderMatcher.newBuilder().setName(name.toLowerCase(Locale.ROOT)).setInvertMatch(isWithout);
    if (isPresence(value)) {
      header.setPresentMatch(true);
    } else {
      StringMatcher matcher = string(value, report);
      if (matcher == null) {
        return false;
      }
      // Without x = 1 is true where there is no x at all.
      header.setStringMatch(matcher).setTreatMissingHeaderAsEmpty(isWithout);
    }
    match.addHeaders(header);
    return true;
  }

  private static boolean readQueryParameter(
      String name, Field value, RouteMatch.Builder match, Report report) {
    if (name.isEmpty()) {
      report.invalid(value, "a parameter's name");
      return false;
    }
    QueryParameterMatcher.Builder parameter = QueryParameterMatcher.newBuilder().setName(name);
    if (isPresence(value)) {
      parameter.setPresentMatch(true);
    } else {
      StringMatcher matcher = string(value, report);
      if (matcher == null) {
        return false;
      }
      parameter.setStringMatch(matcher);
    }
    match.addQueryParameters(parameter);
    return true;
  }

  private static boolean isPresence(Field value) {
    return value.node().isEmpty() || value.get("regex").text().equals("*");
  }

  private static @Nullable StringMatcher string(Field value, Report report) {
    Field exact = value.get("exact");
    Field prefix = value.get("prefix");
    Field regex = value.get("regex");
    if (exact.isPresent()) {
      return StringMatcher.newBuilder().setExact(exact.text()).build();
    }
    if (prefix.isPresent() && !prefix.text().isEmpty()) {
      return StringMatcher.newBuilder().setPrefix(prefix.text()).build();
    }
    if (regex.isPresent()) {
      return report.isRegex(regex)
          ? StringMatcher.newBuilder().setSafeRegex(regexMatcher(regex.text())).build()
          : null;
    }
    report.invalid(value, ONE_OF);
    return null;
  }

  static RegexMatcher regexMatcher(String regex) {
    return RegexMatcher.newBuilder().setRegex(regex).build();
  }
}
