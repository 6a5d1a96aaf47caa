/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesBuilder;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer;

/** Opens those of the JDK's packages that Weft weaves; the agent ignores most of the JDK. */
public final class WeftIgnoredTypes implements IgnoredTypesConfigurer {
  @Override
  public void configure(IgnoredTypesBuilder builder) {
    builder
        .allowClass("jdk.internal.net.http.")
        .allowClass("sun.net.NetworkClient")
        .allowClass("sun.net.httpserver.")
        .allowClass("sun.net.www.http.")
        .allowClass("sun.net.www.protocol.http.");
  }
}
