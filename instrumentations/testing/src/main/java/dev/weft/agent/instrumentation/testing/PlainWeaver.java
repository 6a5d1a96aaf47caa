/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import dev.weft.agent.instrumentation.HookWatch;
import dev.weft.agent.instrumentation.WeftModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;

/** Weaves a module into this JVM without an agent: its advice sees all that the test sees. */
public final class PlainWeaver {
  private static final Set<Class<?>> WOVEN = ConcurrentHashMap.newKeySet();

  private PlainWeaver() {}

  /** Weaves what the module names, loaded or not; once for all tests of this JVM. */
  public static void weave(WeftModule module) {
    if (!WOVEN.add(module.getClass())) {
      return;
    }
    AgentBuilder agent =
        new AgentBuilder.Default()
            .disableClassFormatChanges()
            .ignore(ElementMatchers.nameStartsWith("net.bytebuddy."))
            .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
            .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
            .with(new HookWatch());
    for (TypeInstrumentation type : module.typeInstrumentations()) {
      Collector collector = new Collector();
      type.transform(collector);
      AgentBuilder.Identified.Narrowable narrowable = agent.type(type.typeMatcher());
      AgentBuilder.Identified.Extendable extendable = null;
      for (AgentBuilder.Transformer transformer : collector.transformers) {
        extendable =
            extendable == null
                ? narrowable.transform(transformer)
                : extendable.transform(transformer);
      }
      agent = extendable == null ? agent : extendable;
    }
    agent.installOn(ByteBuddyAgent.install());
  }

  private static final class Collector implements TypeTransformer {
    private final List<AgentBuilder.Transformer> transformers = new ArrayList<>();

    @Override
    public void applyAdviceToMethod(
        ElementMatcher<? super MethodDescription> method,
        Function<Advice.WithCustomMapping, Advice.WithCustomMapping> mapping,
        String advice) {
      Advice.WithCustomMapping custom =
          mapping.apply(Advice.withCustomMapping().with(new Advice.AssignReturned.Factory()));
      transformers.add(
          new AgentBuilder.Transformer.ForAdvice(custom)
              .include(PlainWeaver.class.getClassLoader())
              .advice(method, advice));
    }

    @Override
    public void applyTransformer(AgentBuilder.Transformer transformer) {
      transformers.add(transformer);
    }
  }
}
