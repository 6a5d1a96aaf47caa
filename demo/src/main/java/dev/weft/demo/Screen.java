/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints for people: at most 100 columns, plain ASCII, colour only where asked for. Thread-safe.
 */
final class Screen {
  private static final int LABEL = 10;
  private static final int WIDTH = 92;
  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean coloured;

  Screen(PrintStream out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
  }

  /** Prints a line as it is. */
  synchronized void print(String line) {
    out.println(line);
    out.flush();
  }

  /** Prints an empty line. */
  void gap() {
    print("");
  }

  /** Prints a heading. */
  void heading(String text) {
    print(paint(BOLD, text));
  }

  /** Prints a text behind a label, broken into lines. */
  void say(String label, String text) {
    String lead = label;
    for (String line : wrap(text, WIDTH - LABEL - 4)) {
      print("    " + pad(lead, LABEL) + line);
      lead = "";
    }
  }

  /** Prints lines of a file. */
  void quote(List<String> lines) {
    lines.forEach(line -> print("    " + pad("", LABEL) + paint(DIM, "| " + line)));
  }

  /** Prints a table: columns as wide as they must be, numbers to the right. */
  void table(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    String lead = "measured";
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("    ").append(pad(lead, LABEL));
      for (int i = 0; i < columns; i++) {
        String cell = row.get(i);
        line.append(i < 2 ? pad(cell, widths[i]) : " ".repeat(widths[i] - cell.length()) + cell)
            .append("  ");
      }
      print(line.toString().stripTrailing());
      lead = "";
    }
  }

  /** Prints a verdict. */
  void verdict(Check check) {
    String word = check.held() ? "OK" : "FAILED";
    List<String> lines = wrap(check.text(), WIDTH - LABEL - 4);
    print(
        "    "
            + paint(check.held() ? GREEN : RED, word)
            + " ".repeat(LABEL - word.length())
            + lines.get(0));
    lines.subList(1, lines.size()).forEach(line -> print("    " + pad("", LABEL) + line));
  }

  /** Breaks a text at spaces. A word that is longer than a line stays whole. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Fills a text up with spaces. */
  static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private String paint(String colour, String text) {
    return coloured ? colour + text + PLAIN : text;
  }
}
