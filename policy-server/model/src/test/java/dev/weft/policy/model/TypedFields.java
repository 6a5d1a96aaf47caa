/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.fabric8.istio.api.api.networking.v1alpha3.VirtualService;
import io.fabric8.istio.api.api.security.v1beta1.AuthorizationPolicy;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The paths of all fields of a kind's typed view, by reflection. */
final class TypedFields {
  private static final List<Class<?>> ISTIO_TYPES = istioTypes();

  private final Set<String> paths = new TreeSet<>();

  private TypedFields() {}

  static Set<String> ofSpec(Kind kind) {
    TypedFields fields = new TypedFields();
    fields.collect(
        kind == Kinds.HTTP_ROUTE ? HTTPRouteSpec.class : type(packageOf(kind) + "." + kind.name()),
        "");
    return fields.paths;
  }

  private static String packageOf(Kind kind) {
    return kind.group().startsWith("security.")
        ? AuthorizationPolicy.class.getPackageName()
        : VirtualService.class.getPackageName();
  }

  private void collect(Type type, String path) {
    if (type instanceof ParameterizedType generic) {
      boolean isMap = generic.getRawType() == Map.class;
      Type[] arguments = generic.getActualTypeArguments();
      collect(arguments[arguments.length - 1], path + (isMap ? "{}" : "[]"));
    } else if (type instanceof Class<?> plain && plain.getName().startsWith("io.fabric8")) {
      if (plain.isInterface()) { // one of several, in the place of the field
        ISTIO_TYPES.stream()
            .filter(one -> one != plain && plain.isAssignableFrom(one))
            .forEach(one -> collect(one, path));
      } else {
        for (Field field : plain.getDeclaredFields()) {
          collect(field, path);
        }
      }
    }
  }

  private void collect(Field field, String path) {
    JsonProperty property = field.getAnnotation(JsonProperty.class);
    if (field.isAnnotationPresent(JsonUnwrapped.class)) {
      collect(field.getGenericType(), path);
    } else if (property != null) {
      String child = path + "." + property.value();
      paths.add(child);
      if (field.getGenericType() == field.getDeclaringClass()) {
        // The model has the wrapper of ringHash where its content belongs.
        paths.add(child + ".minimumRingSize");
      } else {
        collect(field.getGenericType(), child);
      }
    }
  }

  private static List<Class<?>> istioTypes() {
    return Stream.of(VirtualService.class, AuthorizationPolicy.class)
        .flatMap(one -> typesBeside(one).stream())
        .toList();
  }

  private static List<Class<?>> typesBeside(Class<?> one) {
    try {
      URI folder = one.getResource(one.getSimpleName() + ".class").toURI();
      try (FileSystem jar = FileSystems.newFileSystem(folder, Map.of());
          var files = Files.list(jar.provider().getPath(folder).getParent())) {
        return files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".class") && !name.contains("$"))
            .filter(name -> !name.contains("Builder") && !name.contains("Fluent"))
            .<Class<?>>map(name -> type(one.getPackageName() + "." + name.replace(".class", "")))
            .toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
