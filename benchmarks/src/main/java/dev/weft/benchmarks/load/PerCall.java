/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Objects and bytes that one call allocates.
 *
 * @param byClass by the class's name as the JVM writes it
 */
record PerCall(Map<String, Share> byClass) {
  /** Below, it is what the process does besides. */
  private static final double OBJECTS_WORTH_PRINTING = 0.05;

  private static final Share NOTHING = new Share(0, 0);

  /** Reads what a {@link CallProbe} printed. */
  static PerCall read(String output) {
    return new PerCall(
        output
            .lines()
            .filter(line -> line.startsWith(CallProbe.RESULT))
            .map(line -> line.substring(CallProbe.RESULT.length()).split(" "))
            .collect(
                Collectors.toMap(
                    fields -> fields[0],
                    fields ->
                        new Share(Double.parseDouble(fields[1]), Double.parseDouble(fields[2])))));
  }

  /** Returns the process in the middle, by bytes. */
  static PerCall median(List<PerCall> processes) {
    return processes.stream()
        .sorted(Comparator.comparingDouble(PerCall::bytes))
        .toList()
        .get(processes.size() / 2);
  }

  PerCall minus(PerCall other) {
    Set<String> names = new TreeSet<>(byClass.keySet());
    names.addAll(other.byClass.keySet());
    Map<String, Share> difference = new TreeMap<>();
    names.forEach(name -> difference.put(name, of(name).minus(other.of(name))));
    return new PerCall(difference);
  }

  private Share of(String name) {
    return byClass.getOrDefault(name, NOTHING);
  }

  double bytes() {
    return byClass.values().stream().mapToDouble(Share::bytes).sum();
  }

  /** Prints a table of the classes that matter, the largest first. */
  void print(PrintStream out) {
    out.println("| class | objects per call | bytes |");
    out.println("|---|---|---|");
    byClass.entrySet().stream()
        .filter(entry -> Math.abs(entry.getValue().objects()) >= OBJECTS_WORTH_PRINTING)
        .sorted(Comparator.comparingDouble(entry -> -entry.getValue().bytes()))
        .forEach(
            entry ->
                out.printf(
                    "| `%s` | %+.2f | %+.1f |%n",
                    entry.getKey(), entry.getValue().objects(), entry.getValue().bytes()));
    out.printf("| all | | %+.1f |%n", bytes());
  }

  /** What the objects of one class have in a call. */
  record Share(double objects, double bytes) {
    Share minus(Share other) {
      return new Share(objects - other.objects, bytes - other.bytes);
    }
  }
}
