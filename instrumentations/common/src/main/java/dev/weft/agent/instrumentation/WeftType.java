/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.description.type.TypeList;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * A type to weave, matched by its exact name, and the methods in it, matched by name and parameter
 * types. A method that the type does not have is reported as an unknown version of the library:
 * nothing is silently off.
 */
public final class WeftType {
  private final String name;
  private final List<Point> points = new ArrayList<>();

  private WeftType(String name) {
    this.name = name;
  }

  /** Returns a type without methods to weave, by its binary name. */
  public static WeftType of(String name) {
    return new WeftType(name);
  }

  /**
   * Weaves a method.
   *
   * @param advice the simple name of the advice class, which is in the module's package
   * @param method the method's name; {@code <init>} for a constructor
   * @param parameters the binary names of its parameters' types, erased
   */
  public WeftType advise(String advice, String method, String... parameters) {
    Signature signature = new Signature(method, List.of(parameters));
    points.add(new Point(advice, signature, signature.toString(), true));
    return this;
  }

  /**
   * Weaves what a matcher finds, for a method whose parameters differ between versions.
   *
   * @param advice the simple name of the advice class, which is in the module's package
   * @param what the method, for messages
   */
  public WeftType advise(String advice, String what, ElementMatcher<MethodDescription> method) {
    points.add(new Point(advice, method, what, true));
    return this;
  }

  /** Weaves a method that some versions of the library do not have and do not need. */
  public WeftType adviseIfThere(String advice, String method, String... parameters) {
    Signature signature = new Signature(method, List.of(parameters));
    points.add(new Point(advice, signature, signature.toString(), false));
    return this;
  }

  TypeInstrumentation bind(String hook, String advicePackage) {
    HookWatch.known(name, hook);
    return new Bound(hook, advicePackage, name, List.copyOf(points));
  }

  private record Point(
      String advice, ElementMatcher<MethodDescription> method, String what, boolean isNeeded) {}

  private record Signature(String method, List<String> parameters)
      implements ElementMatcher<MethodDescription> {
    @Override
    public boolean matches(MethodDescription candidate) {
      if (!candidate.getInternalName().equals(method)) {
        return false;
      }
      TypeList types = candidate.getParameters().asTypeList().asErasures();
      if (types.size() != parameters.size()) {
        return false;
      }
      for (int i = 0; i < types.size(); i++) {
        if (!types.get(i).getName().equals(parameters.get(i))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return method + "(" + String.join(", ", parameters) + ")";
    }
  }

  private record Bound(String hook, String advicePackage, String name, List<Point> points)
      implements TypeInstrumentation {
    @Override
    public ElementMatcher<TypeDescription> typeMatcher() {
      return named(name);
    }

    @Override
    public void transform(TypeTransformer transformer) {
      transformer.applyTransformer(
          (builder, type, loader, module, domain) -> {
            HookWatch.weaving(name, hook);
            for (Point point : points) {
              if (point.isNeeded && type.getDeclaredMethods().filter(point.method).isEmpty()) {
                HookWatch.unknown(name, hook, "no " + point.what);
              }
            }
            return builder;
          });
      for (Point point : points) {
        transformer.applyAdviceToMethod(point.method, advicePackage + point.advice);
      }
    }
  }
}
