/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;

/** Weaves the library in this JVM with the advice that the agent weaves it with. */
final class Weaving {
  static {
    new AgentBuilder.Default()
        .disableClassFormatChanges()
        .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
        .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
        .type(named("io.grpc.internal.ManagedChannelImplBuilder"))
        .transform(
            new AgentBuilder.Transformer.ForAdvice(
                    Advice.withCustomMapping()
                        .with(new Advice.AssignReturned.Factory().withSuppressed(Throwable.class)))
                .include(Weaving.class.getClassLoader())
                .advice(
                    named("build").and(takesArguments(0)),
                    Weaving.class.getPackageName() + ".ChannelBuildAdvice"))
        .installOn(ByteBuddyAgent.install());
  }

  private Weaving() {}

  /** Returns when the library is woven. */
  static void ensure() {
    // the static initializer does it
  }
}
