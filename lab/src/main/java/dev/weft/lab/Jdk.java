/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A Java runtime on this machine.
 *
 * @param home its home directory
 * @param feature its feature version, such as 17
 */
public record Jdk(Path home, int feature) {
  private static final List<Path> USUAL_PLACES =
      List.of(
          Path.of("/usr/lib/jvm"),
          Path.of("/opt/java"),
          Path.of("/Library/Java/JavaVirtualMachines"),
          Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"),
          Path.of(System.getProperty("user.home"), ".jdks"));

  /** Returns the runtime that runs this code. */
  public static Jdk current() {
    return new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());
  }

  /** Returns the {@code java} program. */
  public Path java() {
    return home.resolve("bin").resolve("java");
  }

  /**
   * Returns the runtimes that the system property {@code weft.test.jvms} names: {@code auto} (the
   * default) is 17 and 25 as far as they are here, with a printed word about what is not; a list
   * such as {@code 17,25} requires each.
   *
   * @throws IllegalStateException if a required one is not on this machine
   */
  public static List<Jdk> forTests() {
    String wanted = System.getProperty("weft.test.jvms", "auto");
    boolean required = !wanted.equals("auto");
    Map<Integer, Jdk> found = find();
    List<Jdk> result = new ArrayList<>();
    for (String feature : (required ? wanted : "17,25").split(",")) {
      Jdk jdk = found.get(Integer.valueOf(feature.strip()));
      if (jdk != null) {
        result.add(jdk);
      } else if (required) {
        throw new IllegalStateException(
            "weft.test.jvms="
                + wanted
                + ": no JDK "
                + feature
                + " on this machine (expected: JAVA_HOME_"
                + feature
                + ", or one in "
                + USUAL_PLACES
                + ")");
      } else {
        System.err.println("SKIPPED on JDK " + feature + ": there is none on this machine");
      }
    }
    return result.isEmpty() ? List.of(current()) : result;
  }

  private static Map<Integer, Jdk> find() {
    Map<Integer, Jdk> found = new TreeMap<>();
    found.put(current().feature, current());
    System.getenv().entrySet().stream()
        .filter(variable -> variable.getKey().startsWith("JAVA_HOME"))
        .forEach(variable -> add(found, Path.of(variable.getValue())));
    for (Path place : USUAL_PLACES) {
      if (!Files.isDirectory(place)) {
        continue;
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(place)) {
        List<Path> homes = new ArrayList<>();
        entries.forEach(homes::add);
        homes.sort(Comparator.naturalOrder());
        for (Path home : homes) {
          add(found, home);
          add(found, home.resolve("Contents").resolve("Home"));
        }
      } catch (IOException e) {
        System.err.println("cannot look for JDKs in " + place + ": " + e);
      }
    }
    return found;
  }

  private static void add(Map<Integer, Jdk> found, Path home) {
    Integer feature = featureOf(home);
    if (feature != null) {
      found.putIfAbsent(feature, new Jdk(home, feature));
    }
  }

  private static @Nullable Integer featureOf(Path home) {
    Path release = home.resolve("release");
    if (!Files.isRegularFile(release) || !Files.isExecutable(home.resolve("bin").resolve("java"))) {
      return null;
    }
    try {
      return Files.readAllLines(release).stream()
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.substring("JAVA_VERSION=".length()).replace("\"", ""))
          .map(version -> Runtime.Version.parse(Arrays.asList(version.split("_")).get(0)).feature())
          .findFirst()
          .orElse(null);
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }
}
