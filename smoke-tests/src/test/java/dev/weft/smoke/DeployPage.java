/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import dev.weft.lab.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of {@code docs/deploy.md}: what its blocks marked {@code sh} hold. */
final class DeployPage {
  private static final Pattern SECTION = Pattern.compile("(?m)^## (.*)$");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
  private static final Pattern HERE_DOCUMENT = Pattern.compile("<<'(\\w+)'$");

  private DeployPage() {}

  /**
   * Returns the commands of a section, in order; one with a here-document is several lines.
   *
   * @throws IllegalStateException if the section is not there
   */
  static List<String> commands(String title) {
    String page = text();
    Matcher section = SECTION.matcher(page);
    while (section.find()) {
      if (section.group(1).equals(title)) {
        Matcher next = SECTION.matcher(page);
        return commandsIn(
            page.substring(section.end(), next.find(section.end()) ? next.start() : page.length()));
      }
    }
    throw new IllegalStateException("docs/deploy.md has no section " + title);
  }

  /** Returns the titles of the sections. */
  static List<String> sections() {
    return SECTION.matcher(text()).results().map(found -> found.group(1)).toList();
  }

  private static List<String> commandsIn(String section) {
    List<String> commands = new ArrayList<>();
    Matcher block = BLOCK.matcher(section);
    while (block.find()) {
      StringBuilder command = new StringBuilder();
      String end = "";
      for (String line : block.group(1).split("\n")) {
        command.append(command.isEmpty() ? "" : "\n").append(line);
        Matcher opening = HERE_DOCUMENT.matcher(line);
        if (opening.find()) {
          end = opening.group(1);
        }
        if (end.isEmpty() || line.equals(end)) {
          commands.add(command.toString());
          command.setLength(0);
          end = "";
        }
      }
    }
    return commands;
  }

  private static String text() {
    try {
      return Files.readString(Artifacts.root().resolve("docs/deploy.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
