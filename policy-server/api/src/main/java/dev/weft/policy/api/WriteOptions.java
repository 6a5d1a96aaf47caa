/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import java.util.Locale;

/**
 * How a write is meant.
 *
 * @param manager who writes
 * @param isDryRun whether nothing is kept
 * @param unknownFields what becomes of fields that the kind does not have
 * @param isForced whether server-side apply takes fields from other managers
 */
record WriteOptions(
    String manager, boolean isDryRun, UnknownFields unknownFields, boolean isForced) {

  /** What becomes of fields that the kind does not have. */
  enum UnknownFields {
    /** The write is refused. The default: a field that is overlooked is a policy that is not. */
    STRICT,
    /** They are kept, and the answer warns. */
    WARN,
    /** They are kept. */
    IGNORE
  }

  static WriteOptions of(ApiRequest request) {
    String dryRun = request.parameter("dryRun");
    if (!dryRun.isEmpty() && !dryRun.equals("All")) {
      throw ApiException.unprocessable("dryRun: " + dryRun + " (expected: All)");
    }
    return new WriteOptions(
        manager(request),
        !dryRun.isEmpty(),
        unknownFields(request.parameter("fieldValidation")),
        request.isSet("force"));
  }

  private static UnknownFields unknownFields(String value) {
    return switch (value) {
      case "", "Strict" -> UnknownFields.STRICT;
      case "Warn" -> UnknownFields.WARN;
      case "Ignore" -> UnknownFields.IGNORE;
      default ->
          throw ApiException.unprocessable(
              "fieldValidation: " + value + " (expected: one of Strict, Warn, Ignore)");
    };
  }

  /** The manager that the client names, else the name of its program. */
  private static String manager(ApiRequest request) {
    String named = request.parameter("fieldManager");
    if (!named.isEmpty()) {
      return named;
    }
    String program = request.userAgent().split("[/ ]", 2)[0].toLowerCase(Locale.ROOT);
    return program.isEmpty() ? "unknown" : program;
  }
}
