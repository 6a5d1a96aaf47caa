/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation;

import dev.weft.agent.seam.Hooks;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.internal.ExperimentalInstrumentationModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One library's instrumentation: which types are woven, at which points. Its advice is not inlined
 * and its helpers live in a class loader of their own, which sees the library, the seam and nothing
 * else of the agent.
 *
 * <p>It is woven outside upstream's module for the same library, so that each attempt gets a client
 * span of its own.
 */
public abstract class WeftModule extends InstrumentationModule
    implements ExperimentalInstrumentationModule {
  private static final int OUTSIDE_UPSTREAM = -1000;

  private final String hook;

  /**
   * Makes the hook known to {@link Hooks}.
   *
   * @param hook the module's name, which is its folder's and its hook's; {@code
   *     otel.instrumentation.weft-<hook>.enabled=false} switches it off
   */
  protected WeftModule(String hook) {
    super("weft-" + hook, "weft");
    this.hook = hook;
    Hooks.known(hook);
  }

  /** Returns the types to weave. Called several times; advice is named, never loaded, here. */
  protected abstract List<WeftType> types();

  @Override
  public final List<TypeInstrumentation> typeInstrumentations() {
    String advicePackage = getClass().getPackageName() + '.';
    return types().stream()
        .<TypeInstrumentation>map(type -> type.bind(hook, advicePackage))
        .toList();
  }

  /** Returns true unless {@code weft.enabled} or {@code WEFT_ENABLED} is {@code false}. */
  @Override
  public final boolean defaultEnabled() {
    String option = System.getProperty("weft.enabled");
    if (option == null) {
      option = System.getenv("WEFT_ENABLED");
    }
    return !"false".equalsIgnoreCase(option);
  }

  @Override
  public final int order() {
    return OUTSIDE_UPSTREAM;
  }

  @Override
  public final HelperClassStrategy helperClassStrategy() {
    return HelperClassStrategy.ISOLATED;
  }

  @Override
  public final boolean isHelperClass(String className) {
    return className.startsWith(getClass().getPackageName() + '.');
  }

  /** Returns the list that the build made of the module's classes. */
  @Override
  public final List<String> getAdditionalHelperClassNames() {
    String resource = "META-INF/weft/helpers/" + hook;
    ClassLoader loader = getClass().getClassLoader();
    try (InputStream in = loader == null ? null : loader.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not there (expected: made by the build)");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }
}
