/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.QueryParameterMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.protocol.lite.envoy.config.route.v3.HeaderMatcher;
import dev.weft.protocol.lite.envoy.config.route.v3.QueryParameterMatcher;
import dev.weft.protocol.lite.envoy.type.matcher.v3.RegexMatcher;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads matchers of strings, headers and query parameters. */
final class StringMatchReader {
  private StringMatchReader() {}

  static List<HeaderMatch> headers(List<HeaderMatcher> matchers, Field parent) {
    List<HeaderMatch> matches = new ArrayList<>(matchers.size());
    for (int i = 0; i < matchers.size(); i++) {
      matches.add(header(matchers.get(i), parent.at("headers", i)));
    }
    return matches;
  }

  static List<QueryParameterMatch> queryParameters(
      List<QueryParameterMatcher> matchers, Field parent) {
    List<QueryParameterMatch> matches = new ArrayList<>(matchers.size());
    for (int i = 0; i < matchers.size(); i++) {
      QueryParameterMatcher matcher = matchers.get(i);
      Field field = parent.at("query_parameters", i);
      StringMatch value =
          switch (matcher.getQueryParameterMatchSpecifierCase()) {
            case STRING_MATCH -> string(matcher.getStringMatch(), field.at("string_match"));
            case PRESENT_MATCH -> new StringMatch.Present(matcher.getPresentMatch());
            case QUERYPARAMETERMATCHSPECIFIER_NOT_SET -> new StringMatch.Present(true);
          };
      matches.add(new QueryParameterMatch(nonEmpty(matcher.getName(), field.at("name")), value));
    }
    return matches;
  }

  /** Returns the RE2 expression, which is valid. */
  static String regex(RegexMatcher matcher, Field field) {
    String regex = nonEmpty(matcher.getRegex(), field.at("regex"));
    try {
      Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw field.at("regex").bad(regex, "an RE2 expression: " + e.getDescription());
    }
    return regex;
  }

  static String nonEmpty(String value, Field field) {
    if (value.isEmpty()) {
      throw field.bad("empty", "a value");
    }
    return value;
  }

  static HeaderMatch header(HeaderMatcher matcher, Field field) {
    String name = nonEmpty(matcher.getName(), field.at("name")).toLowerCase(Locale.ROOT);
    return new HeaderMatch(
        name,
        headerValue(matcher, field),
        matcher.getInvertMatch(),
        matcher.getTreatMissingHeaderAsEmpty());
  }

  // The deprecated forms are what older control planes still push.
  @SuppressWarnings("deprecation")
  private static StringMatch headerValue(HeaderMatcher matcher, Field field) {
    return switch (matcher.getHeaderMatchSpecifierCase()) {
      case STRING_MATCH -> string(matcher.getStringMatch(), field.at("string_match"));
      case EXACT_MATCH -> new StringMatch.Exact(matcher.getExactMatch(), false);
      case PREFIX_MATCH ->
          new StringMatch.Prefix(
              nonEmpty(matcher.getPrefixMatch(), field.at("prefix_match")), false);
      case SUFFIX_MATCH ->
          new StringMatch.Suffix(
              nonEmpty(matcher.getSuffixMatch(), field.at("suffix_match")), false);
      case CONTAINS_MATCH ->
          new StringMatch.Contains(
              nonEmpty(matcher.getContainsMatch(), field.at("contains_match")), false);
      case SAFE_REGEX_MATCH ->
          new StringMatch.Regex(regex(matcher.getSafeRegexMatch(), field.at("safe_regex_match")));
      case RANGE_MATCH ->
          new StringMatch.Range(
              matcher.getRangeMatch().getStart(), matcher.getRangeMatch().getEnd());
      case PRESENT_MATCH -> new StringMatch.Present(matcher.getPresentMatch());
      case HEADERMATCHSPECIFIER_NOT_SET -> new StringMatch.Present(true);
    };
  }

  static StringMatch string(StringMatcher matcher, Field field) {
    boolean ignoreCase = matcher.getIgnoreCase();
    return switch (matcher.getMatchPatternCase()) {
      case EXACT -> new StringMatch.Exact(matcher.getExact(), ignoreCase);
      case PREFIX ->
          new StringMatch.Prefix(nonEmpty(matcher.getPrefix(), field.at("prefix")), ignoreCase);
      case SUFFIX ->
          new StringMatch.Suffix(nonEmpty(matcher.getSuffix(), field.at("suffix")), ignoreCase);
      case CONTAINS ->
          new StringMatch.Contains(
              nonEmpty(matcher.getContains(), field.at("contains")), ignoreCase);
      case SAFE_REGEX ->
          new StringMatch.Regex(regex(matcher.getSafeRegex(), field.at("safe_regex")));
      case CUSTOM -> throw field.at("custom").unsupported();
      case MATCHPATTERN_NOT_SET -> throw field.bad("no pattern", "exact, prefix or another");
    };
  }
}
