/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation;

import dev.weft.agent.seam.Hooks;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/**
 * Tells {@link Hooks} what became of the types that Weft's modules weave. Listens to the agent's
 * builder; a type that upstream alone transforms is none of its business. Thread-safe.
 */
public final class HookWatch extends AgentBuilder.Listener.Adapter {
  /** Hooks by the name of a type that is being transformed. */
  private static final Map<String, String> WEAVING = new ConcurrentHashMap<>();

  /** Hooks by the names of all types that they weave. */
  private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

  /** Names of types that were seen, in one class loader at least. */
  private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

  static void known(String type, String hook) {
    KNOWN.put(type, hook);
  }

  /** Returns the hook that weaves a type and has not come to it; null if there is none. */
  public static @Nullable String missing(String type) {
    return SEEN.contains(type) ? null : KNOWN.get(type);
  }

  static void weaving(String type, String hook) {
    SEEN.add(type);
    WEAVING.put(type, hook);
  }

  static void unknown(String type, String hook, String reason) {
    WEAVING.remove(type);
    Hooks.unknownVersion(hook, type + ": " + reason);
  }

  @Override
  public void onTransformation(
      TypeDescription type,
      @Nullable ClassLoader loader,
      @Nullable JavaModule module,
      boolean loaded,
      DynamicType dynamicType) {
    String hook = WEAVING.remove(type.getName());
    if (hook != null) {
      Hooks.woven(hook, "");
    }
  }

  @Override
  public void onError(
      String type,
      @Nullable ClassLoader loader,
      @Nullable JavaModule module,
      boolean loaded,
      Throwable throwable) {
    String hook = WEAVING.remove(type);
    if (hook != null) {
      Hooks.failed(hook, type + ": " + throwable);
    }
  }
}
