/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.google.re2j.PatternSyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Forms of texts: what a schema's {@code format} asks for, and what the compiler asks for again,
 * because what is kept may be older than the schema.
 */
public enum Format {
  /** How Istio writes durations. */
  DURATION("duration", "a duration as 500ms, 1.5s or 1h30m"),
  /** A duration of Istio's that is not 0. */
  POSITIVE_DURATION("positive-duration", "a duration of more than 0 as 500ms, 1.5s or 1h30m"),
  /** How the Gateway API writes durations. */
  GATEWAY_DURATION("gateway-duration", "a duration as 500ms, 10s or 1h30m"),
  /** A regular expression. */
  RE2("re2", "an RE2 expression"),
  /** A host or a wildcard. */
  HOST("host", "a host name, an IP address, or a wildcard such as *.example.com"),
  /** A host that is none of several. */
  HOST_NAME("host-name", "a host name or an IP address, without a port"),
  /** A path of the Gateway API. */
  GATEWAY_PATH("gateway-path", "a path that starts with / and has no //, no . or .., no query"),
  /** The name of a header that a match asks for. */
  MATCHED_HEADER(
      "matched-header", "a header name, or one of :method, :authority, :path and :scheme"),
  /** The name of a header that is set in requests. */
  SET_HEADER("set-header", "a header name"),
  /** The name of a header that is added or removed, or set in responses. */
  CHANGED_HEADER("changed-header", "a header name other than host, which a rewrite changes"),
  /** The value of a header, or a part of it. */
  HEADER_VALUE("header-value", "one line of Latin-1"),
  /** Conditions of a retry. */
  RETRY_ON("retry-on", "retry conditions of Envoy's and statuses, separated by commas"),
  /** A word of which only that it is there is asked. */
  NOT_EMPTY("not-empty", "a text that is not empty");

  private static final int MAX_DURATION_LENGTH = 100;
  private static final int MAX_HOST_LENGTH = 253;

  private static final Pattern DURATION_FORM =
      Pattern.compile("0|([0-9]+(\\.[0-9]+)?(ns|us|\u00b5s|ms|s|m|h))+");
  private static final Pattern GATEWAY_DURATION_FORM =
      Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*");
  private static final Pattern PATH = Pattern.compile("/[-A-Za-z0-9._~!$&'()*+,;=:@/%]*");
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+\\-.^_`|~]+");
  private static final String CLAIMS = "@request.auth.";
  private static final Set<String> PSEUDO_HEADERS =
      Set.of(":method", ":authority", ":path", ":scheme");
  private static final Set<String> CONDITIONS =
      Set.of(
          "5xx",
          "gateway-error",
          "reset",
          "reset-before-request",
          "connect-failure",
          "envoy-ratelimited",
          "retriable-4xx",
          "refused-stream",
          "retriable-status-codes",
          "retriable-headers",
          "http3-post-connect-failure",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted",
          "unavailable");

  private final String schemaName;
  private final String expected;

  Format(String schemaName, String expected) {
    this.schemaName = schemaName;
    this.expected = expected;
  }

  /** Returns the format of this name in a schema; null for one that is a note for readers. */
  static @Nullable Format named(String schemaName) {
    for (Format format : values()) {
      if (format.schemaName.equals(schemaName)) {
        return format;
      }
    }
    return null;
  }

  /** Returns what a text of this form is, in words. */
  public String expected() {
    return expected;
  }

  /** Returns whether a text has this form. */
  public boolean accepts(String text) {
    return switch (this) {
      case DURATION -> isDuration(text);
      case POSITIVE_DURATION ->
          isDuration(text) && text.chars().anyMatch(c -> c >= '1' && c <= '9');
      case GATEWAY_DURATION -> GATEWAY_DURATION_FORM.matcher(text).matches();
      case RE2 -> regexProblem(text) == null;
      case HOST -> isWildcard(text) || isHostName(text);
      case HOST_NAME -> isHostName(text);
      case GATEWAY_PATH -> isGatewayPath(text);
      case MATCHED_HEADER ->
          isToken(text)
              || PSEUDO_HEADERS.contains(text.toLowerCase(Locale.ROOT))
              || text.startsWith(CLAIMS);
      case SET_HEADER -> isToken(text) || text.equals(":authority");
      case CHANGED_HEADER -> isToken(text) && !text.equalsIgnoreCase("host");
      case HEADER_VALUE ->
          text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7F && c <= 0xFF));
      case RETRY_ON -> areConditions(text);
      case NOT_EMPTY -> !text.isEmpty();
    };
  }

  /** Returns what is wrong with a regular expression; null if nothing is. */
  static @Nullable String regexProblem(String text) {
    if (text.isEmpty()) {
      return "it is empty";
    }
    try {
      com.google.re2j.Pattern.compile(text);
      return null;
    } catch (PatternSyntaxException e) {
      return e.getDescription() + ": " + e.getPattern();
    }
  }

  private static boolean isDuration(String text) {
    return text.length() <= MAX_DURATION_LENGTH && DURATION_FORM.matcher(text).matches();
  }

  private static boolean isWildcard(String text) {
    return text.equals("*")
        || ((text.startsWith("*.") || text.startsWith("*-")) && isHostName(text.substring(2)));
  }

  private static boolean isHostName(String text) {
    if (text.isEmpty() || text.length() > MAX_HOST_LENGTH) {
      return false;
    }
    if (IPV6.matcher(text).matches()) {
      return true;
    }
    String relative = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    for (String label : relative.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isGatewayPath(String text) {
    return PATH.matcher(text).matches()
        && !text.contains("//")
        && !text.contains("/./")
        && !text.contains("/../")
        && !text.endsWith("/.")
        && !text.endsWith("/..")
        && !text.toLowerCase(Locale.ROOT).contains("%2f");
  }

  private static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }

  private static boolean areConditions(String text) {
    if (text.isBlank()) {
      return true;
    }
    for (String part : text.split(",", -1)) {
      String condition = part.strip();
      if (!CONDITIONS.contains(condition) && !isStatus(condition)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isStatus(String text) {
    return text.length() == 3
        && text.charAt(0) >= '1'
        && text.charAt(0) <= '5'
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
