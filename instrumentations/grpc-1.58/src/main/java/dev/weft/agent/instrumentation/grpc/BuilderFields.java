/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.ClientInterceptor;
import io.grpc.NameResolverRegistry;
import io.grpc.internal.ManagedChannelImplBuilder;
import io.grpc.internal.ManagedChannelImplBuilder.ChannelBuilderDefaultPortProvider;
import io.grpc.internal.ObjectPool;
import java.lang.reflect.Field;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the library's channel builder keeps to itself: how the application configured it, and how to
 * put back what was changed for a moment. Thread-safe.
 */
final class BuilderFields {
  private final Field interceptors = field("interceptors");
  private final Field target = field("target");
  private final Field directServerAddress = field("directServerAddress");
  private final Field executorPool = field("executorPool");
  private final Field defaultLbPolicy = field("defaultLbPolicy");
  private final Field defaultServiceConfig = field("defaultServiceConfig");
  private final Field defaultPort = field("channelBuilderDefaultPortProvider");
  private final Field nameResolverRegistry = field("nameResolverRegistry");

  /** Where older versions keep what {@code nameResolverFactory(...)} sets; null in newer ones. */
  private final @Nullable Field nameResolverFactory = fieldIfAny("nameResolverFactory");

  /** A resolver that the builder was made with; null in older versions, which cannot. */
  private final @Nullable Field nameResolverProvider = fieldIfAny("nameResolverProvider");

  /**
   * @throws IllegalStateException if the library is of a version that keeps things otherwise
   */
  BuilderFields() {}

  /** Returns the interceptors, the innermost first. The list can be changed. */
  @SuppressWarnings("unchecked") // declared so in every version
  List<ClientInterceptor> interceptors(ManagedChannelImplBuilder builder) {
    return (List<ClientInterceptor>) get(interceptors, builder);
  }

  String target(ManagedChannelImplBuilder builder) {
    return (String) get(target, builder);
  }

  /** Returns the address that the application itself chose, or null if it named a target. */
  @Nullable SocketAddress directServerAddress(ManagedChannelImplBuilder builder) {
    return (SocketAddress) getIfAny(directServerAddress, builder);
  }

  @SuppressWarnings("unchecked") // declared so in every version
  ObjectPool<? extends Executor> executorPool(ManagedChannelImplBuilder builder) {
    return (ObjectPool<? extends Executor>) get(executorPool, builder);
  }

  @SuppressWarnings("unchecked") // declared so in every version
  @Nullable Map<String, ?> defaultServiceConfig(ManagedChannelImplBuilder builder) {
    return (Map<String, ?>) getIfAny(defaultServiceConfig, builder);
  }

  /** Returns the port of targets without one: the transport's way to say whether it does TLS. */
  int defaultPort(ManagedChannelImplBuilder builder) {
    return ((ChannelBuilderDefaultPortProvider) get(defaultPort, builder)).getDefaultPort();
  }

  /** Returns whether names are resolved by what the library finds for their scheme. */
  boolean resolvesByRegistry(ManagedChannelImplBuilder builder) {
    NameResolverRegistry registry = NameResolverRegistry.getDefaultRegistry();
    boolean unchanged =
        nameResolverFactory == null
            ? get(nameResolverRegistry, builder) == registry
            : get(nameResolverFactory, builder) == registry.asFactory();
    return unchanged
        && (nameResolverProvider == null || getIfAny(nameResolverProvider, builder) == null);
  }

  /** Returns what puts resolver, balancer and service config back as they are now. */
  Runnable restorer(ManagedChannelImplBuilder builder) {
    Field resolver = nameResolverFactory == null ? nameResolverRegistry : nameResolverFactory;
    Object oldResolver = get(resolver, builder);
    Object oldPolicy = get(defaultLbPolicy, builder);
    Object oldConfig = getIfAny(defaultServiceConfig, builder);
    return () -> {
      set(resolver, builder, oldResolver);
      set(defaultLbPolicy, builder, oldPolicy);
      set(defaultServiceConfig, builder, oldConfig);
    };
  }

  private static Field field(String name) {
    Field field = fieldIfAny(name);
    if (field == null) {
      throw new IllegalStateException("ManagedChannelImplBuilder has no field " + name);
    }
    return field;
  }

  private static @Nullable Field fieldIfAny(String name) {
    try {
      Field field = ManagedChannelImplBuilder.class.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      return null;
    }
  }

  private static Object get(Field field, Object builder) {
    Object value = getIfAny(field, builder);
    if (value == null) {
      throw new IllegalStateException(field + " is null");
    }
    return value;
  }

  private static @Nullable Object getIfAny(Field field, Object builder) {
    try {
      return field.get(builder);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " cannot be read", e);
    }
  }

  private static void set(Field field, Object builder, @Nullable Object value) {
    try {
      field.set(builder, value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " cannot be written", e);
    }
  }
}
