/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one call brought back.
 *
 * @param status the HTTP status; 0 if there was no answer
 * @param version the release of the service behind it; empty if the answer names none
 */
record Answer(int status, String version) {
  private static final Pattern VERSION = Pattern.compile("\"version\":\"([^\"]*)\"");

  /** There was none. */
  static final Answer NONE = new Answer(0, "");

  /** Reads a response. */
  static Answer of(HttpResponse<String> response) {
    Matcher matcher = VERSION.matcher(response.body());
    return new Answer(response.statusCode(), matcher.find() ? matcher.group(1) : "");
  }

  /** Returns whether it is a failure: anything but 200 with a version. */
  boolean failed() {
    return status != 200 || version.isEmpty();
  }
}
