/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Envoy's header matcher, pseudo headers included. Immutable. */
public final class HeaderMatcher {
  private static final int HTTP_PORT = 80;

  private final String name;
  private final boolean pseudo;
  private final TextMatcher text;
  private final boolean matchesPresence;
  private final boolean present;
  private final boolean invert;
  private final boolean treatMissingAsEmpty;
  private final String expectation;

  /**
   * Compiles a matcher.
   *
   * @throws com.google.re2j.PatternSyntaxException if a regex is none
   */
  public HeaderMatcher(HeaderMatch match) {
    name = match.name();
    pseudo = name.startsWith(":") || name.equals("host");
    text = TextMatcher.of(match.value());
    matchesPresence = match.value() instanceof StringMatch.Present;
    present = !(match.value() instanceof StringMatch.Present value) || value.present();
    invert = match.invert();
    treatMissingAsEmpty = match.treatMissingAsEmpty();
    expectation = (invert ? "not " : "") + Expectation.of(match.value());
  }

  /** Compiles matchers, which all must match. */
  public static HeaderMatcher[] compile(List<HeaderMatch> matches) {
    return matches.stream().map(HeaderMatcher::new).toArray(HeaderMatcher[]::new);
  }

  /** Returns the first matcher that does not match the request; null if all do. */
  public static <Q> @Nullable HeaderMatcher firstMismatch(
      HeaderMatcher[] matchers, Q request, RequestReader<Q> reader) {
    for (HeaderMatcher matcher : matchers) {
      if (!matcher.matches(request, reader)) {
        return matcher;
      }
    }
    return null;
  }

  /** Returns the header's name, in lower case. */
  public String name() {
    return name;
  }

  /** Returns whether the request's header matches. */
  public <Q> boolean matches(Q request, RequestReader<Q> reader) {
    return matchesValue(value(request, reader));
  }

  /** Returns whether the header matches if it has this value; null if it is not there. */
  public boolean matchesValue(@Nullable String sent) {
    String value = sent;
    if (value == null) {
      if (!treatMissingAsEmpty) {
        return matchesPresence && present == invert;
      }
      value = "";
    }
    boolean matches = matchesPresence ? present : text.matches(value);
    return matches != invert;
  }

  /** Returns what the request has and what was expected, for people. */
  public <Q> String mismatch(Q request, RequestReader<Q> reader) {
    String value = value(request, reader);
    String found = value == null ? "absent" : "\"" + value + "\"";
    return "header " + name + ": " + found + " (expected: " + expectation + ")";
  }

  /** Returns the match as a text for people, such as {@code header x-user exactly "t"}. */
  @Override
  public String toString() {
    return "header " + name + " " + expectation;
  }

  private <Q> @Nullable String value(Q request, RequestReader<Q> reader) {
    return pseudo ? pseudoHeader(name, request, reader) : reader.header(request, name);
  }

  /** Returns a header or pseudo header of a request, or null if it is not there. */
  public static <Q> @Nullable String value(String name, Q request, RequestReader<Q> reader) {
    return name.startsWith(":")
        ? pseudoHeader(name, request, reader)
        : reader.header(request, name);
  }

  private static <Q> @Nullable String pseudoHeader(
      String name, Q request, RequestReader<Q> reader) {
    return switch (name) {
      case ":method" -> reader.method(request);
      case ":path" -> reader.path(request);
      case ":authority", "host" -> {
        String host = reader.host(request);
        int port = reader.port(request);
        yield host == null || port == HTTP_PORT ? host : host + ":" + port;
      }
      case ":scheme" -> "http"; // a call that does TLS itself is unmanaged
      default -> null;
    };
  }
}
