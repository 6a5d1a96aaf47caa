/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.HeaderTemplate;
import dev.weft.agent.engine.config.HeaderTemplate.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads Envoy's commands in header values. {@code %REQ(name?other):length%} is known, and {@code
 * %%} for a percent sign.
 */
final class HeaderTemplateReader {
  private static final String NAME = ":?[-A-Za-z0-9!#$&'*+.^_`|~]+";
  private static final Pattern PERCENT =
      Pattern.compile(
          "%%|%REQ\\((?<name>"
              + NAME
              + ")(?:\\?(?<other>"
              + NAME
              + "))?\\)(?::(?<length>[0-9]{1,5}))?%|%");

  private HeaderTemplateReader() {}

  /** Returns the parts of a value; null if it has a command that is not known. */
  static @Nullable HeaderTemplate read(String value) {
    List<Part> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    Matcher percent = PERCENT.matcher(value);
    int at = 0;
    while (percent.find()) {
      text.append(value, at, percent.start());
      at = percent.end();
      String name = percent.group("name");
      if (name != null) {
        addText(text, parts);
        parts.add(header(name, percent.group("other"), percent.group("length")));
      } else if (percent.group().equals("%%")) {
        text.append('%');
      } else {
        return null;
      }
    }
    text.append(value, at, value.length());
    addText(text, parts);
    return new HeaderTemplate(parts);
  }

  private static void addText(StringBuilder text, List<Part> parts) {
    if (!text.isEmpty()) {
      parts.add(new Part.Text(text.toString()));
      text.setLength(0);
    }
  }

  private static Part header(String name, @Nullable String other, @Nullable String length) {
    return new Part.RequestHeader(
        name.toLowerCase(Locale.ROOT),
        other == null ? "" : other.toLowerCase(Locale.ROOT),
        length == null ? Integer.MAX_VALUE : Integer.parseInt(length));
  }
}
