/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What jar this is: {@code weft-agent.jar}, or the bare extension in somebody's own agent. */
final class Distribution {
  private static final Properties BUILD = load("META-INF/weft/build.properties");

  private Distribution() {}

  /** Returns whether this is {@code weft-agent.jar}. */
  static boolean isHere() {
    return Distribution.class.getClassLoader() != null
        && Distribution.class.getClassLoader().getResource("META-INF/weft/distribution") != null;
  }

  /** Returns Weft's version. */
  static String version() {
    return BUILD.getProperty("version", "unknown");
  }

  private static Properties load(String resource) {
    Properties properties = new Properties();
    ClassLoader loader = Distribution.class.getClassLoader();
    try (InputStream in = loader == null ? null : loader.getResourceAsStream(resource)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      properties.clear(); // then the version is unknown
    }
    return properties;
  }
}
