/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * How many objects of each class are in this process's heap, garbage included: without a collection
 * in between, the difference of two is exactly what was allocated. Lambdas are counted by the class
 * that they stand in. Arrays of int are not counted, because the JVM fills gaps with them.
 * Immutable.
 */
final class ClassHistogram {
  /** Enough of a young generation for a window of calls. */
  static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseSerialGC", "-Xms600m", "-Xmx600m", "-Xmn400m");

  private static final Pattern LAMBDA = Pattern.compile("(?<=\\$\\$Lambda).*");
  private static final Set<String> FILLERS =
      Set.of("[I", "[Ljdk.internal.vm.FillerElement;", "jdk.internal.vm.FillerArray");

  private final Map<String, Size> byClass;
  private final long collections;

  private ClassHistogram(Map<String, Size> byClass, long collections) {
    this.byClass = Collections.unmodifiableMap(byClass);
    this.collections = collections;
  }

  /** Counts; stops the process meanwhile. */
  static ClassHistogram take() {
    Map<String, Size> byClass = new TreeMap<>();
    for (String line : histogram().split("\n")) {
      String[] fields = line.trim().split("\\s+");
      if (fields.length >= 4 && fields[0].endsWith(":") && !FILLERS.contains(fields[3])) {
        Size size = new Size(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
        byClass.merge(LAMBDA.matcher(fields[3]).replaceFirst(""), size, Size::plus);
      }
    }
    return new ClassHistogram(byClass, collections());
  }

  /**
   * Returns what was allocated since.
   *
   * @throws IllegalStateException if garbage was collected meanwhile
   */
  ClassHistogram since(ClassHistogram before) {
    if (collections != before.collections) {
      throw new IllegalStateException("garbage was collected while objects were counted");
    }
    return minus(before);
  }

  /** Returns the differences, those of classes that are equal left out. */
  ClassHistogram minus(ClassHistogram other) {
    Map<String, Size> difference = new TreeMap<>(byClass);
    other.byClass.forEach((name, size) -> difference.merge(name, size.negated(), Size::plus));
    difference.values().removeIf(size -> size.objects() == 0);
    return new ClassHistogram(difference, collections);
  }

  /** Returns the classes' sizes, by name as the JVM writes it. */
  Map<String, Size> byClass() {
    return byClass;
  }

  long bytes() {
    return byClass.values().stream().mapToLong(Size::bytes).sum();
  }

  private static String histogram() {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[] {"-all"}},
                  new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("this JVM counts no objects", e);
    }
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  /** Objects of one class. */
  record Size(long objects, long bytes) {
    Size plus(Size other) {
      return new Size(objects + other.objects, bytes + other.bytes);
    }

    Size negated() {
      return new Size(-objects, -bytes);
    }
  }
}
