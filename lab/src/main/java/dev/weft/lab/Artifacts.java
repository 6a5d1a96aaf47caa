/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The jars that the build makes, by the checkout's root: the system property {@code weft.root},
 * else the working directory.
 */
public final class Artifacts {
  private Artifacts() {}

  /** Returns the checkout's root. */
  public static Path root() {
    return Path.of(System.getProperty("weft.root", "")).toAbsolutePath().normalize();
  }

  /** Returns the agent. */
  public static Path agent() {
    return built("agent/distribution/target/weft-agent.jar");
  }

  /** Returns the unchanged OpenTelemetry Java agent that the agent is made from. */
  public static Path upstreamAgent() {
    return built("agent/distribution/target/upstream/opentelemetry-javaagent.jar");
  }

  /** Returns the policy server. */
  public static Path policyServer() {
    return built("policy-server/server/target/weft-policy-server.jar");
  }

  /** Returns the command line. */
  public static Path ctl() {
    return built("policy-server/ctl/target/weft-ctl.jar");
  }

  /** Returns a test application, by its folder's name. */
  public static Path app(String name) {
    return built("test-apps/" + name + "/target/" + name + ".jar");
  }

  private static Path built(String path) {
    Path jar = root().resolve(path);
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException(
          jar + " is not there (expected: built by `mvn -DskipTests package` in " + root() + ")");
    }
    return jar;
  }
}
