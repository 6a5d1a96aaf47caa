/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Weaves the library in this JVM with the module that the agent weaves it with. */
final class Weaving {
  static {
    AgentBuilder agent =
        new AgentBuilder.Default()
            .disableClassFormatChanges()
            .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
            .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly());
    for (TypeInstrumentation type : new GrpcModule().typeInstrumentations()) {
      Collector collector = new Collector();
      type.transform(collector);
      agent =
          agent
              .type(type.typeMatcher())
              .transform(
                  (builder, description, loader, module, domain) -> {
                    for (AgentBuilder.Transformer transformer : collector.transformers) {
                      builder = transformer.transform(builder, description, loader, module, domain);
                    }
                    return builder;
                  });
    }
    agent.installOn(ByteBuddyAgent.install());
  }

  private Weaving() {}

  /** Returns when the library is woven. */
  static void ensure() {
    // the static initializer does it
  }

  private static final class Collector implements TypeTransformer {
    final List<AgentBuilder.Transformer> transformers = new ArrayList<>();

    @Override
    public void applyAdviceToMethod(
        ElementMatcher<? super MethodDescription> method,
        Function<Advice.WithCustomMapping, Advice.WithCustomMapping> mapping,
        String advice) {
      transformers.add(
          new AgentBuilder.Transformer.ForAdvice(
                  mapping.apply(
                      Advice.withCustomMapping().with(new Advice.AssignReturned.Factory())))
              .include(Weaving.class.getClassLoader())
              .advice(method, advice));
    }

    @Override
    public void applyTransformer(AgentBuilder.Transformer transformer) {
      transformers.add(transformer);
    }
  }
}
