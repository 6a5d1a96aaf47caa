/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.instrumentation.HookWatch;
import io.opentelemetry.javaagent.tooling.AgentExtension;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import net.bytebuddy.agent.builder.AgentBuilder;

/** Watches what becomes of each woven type. */
public final class WeftAgentExtension implements AgentExtension {
  @Override
  public AgentBuilder extend(AgentBuilder agentBuilder, ConfigProperties config) {
    return agentBuilder.with(new HookWatch());
  }

  @Override
  public String extensionName() {
    return "weft";
  }
}
