/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Outbound;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.internal.ManagedChannelImplBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of the builder's {@code build()}: it goes in with our interceptor, and once the channel
 * is there, its mesh channel is built from the same builder. Used by one thread.
 */
final class ChannelBuild {
  static final String HOOK = "grpc-1.58";
  private static final @Nullable BuilderFields FIELDS = fields();

  private final BuilderFields fields;
  private final ManagedChannelImplBuilder builder;
  private final MeshChannel mesh;
  private final ClientInterceptor interceptor;

  private ChannelBuild(BuilderFields fields, ManagedChannelImplBuilder builder, MeshChannel mesh) {
    this.fields = fields;
    this.builder = builder;
    this.mesh = mesh;
    this.interceptor = new MeshInterceptor(mesh);
  }

  /** Puts our interceptor in; returns null if the channel stays untouched. */
  static @Nullable ChannelBuild begin(ManagedChannelImplBuilder builder) {
    if (FIELDS == null) {
      return null;
    }
    Authority target = Target.of(builder, FIELDS); // null for a mesh channel: its resolver is ours
    if (target == null) {
      return null;
    }
    MeshChannel mesh = new MeshChannel(target, FIELDS.executorPool(builder));
    ChannelBuild build = new ChannelBuild(FIELDS, builder, mesh);
    List<ClientInterceptor> interceptors = FIELDS.interceptors(builder);
    interceptors.add(tracing(interceptors), build.interceptor);
    return build;
  }

  /**
   * Takes our interceptor out again and returns the channel to hand to the application.
   *
   * @param channel what was built; null if building failed
   */
  @Nullable ManagedChannel end(@Nullable ManagedChannel channel) {
    List<ClientInterceptor> interceptors = fields.interceptors(builder);
    int ours = interceptors.indexOf(interceptor);
    if (ours < 0) {
      return channel;
    }
    interceptors.remove(ours);
    if (channel == null) {
      return null;
    }
    List<ClientInterceptor> all = List.copyOf(interceptors);
    interceptors.subList(ours, interceptors.size()).clear();
    Runnable restorer = fields.restorer(builder);
    try {
      buildMesh(channel);
      return new WovenChannel(channel, mesh);
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(HOOK, "cannot build a mesh channel", e);
      return channel;
    } finally {
      restorer.run();
      interceptors.clear();
      interceptors.addAll(all);
    }
  }

  @SuppressWarnings("deprecation") // the only way to choose a resolver for one channel
  private void buildMesh(ManagedChannel channel) {
    EndpointBalancerProvider.ensureRegistered();
    MeshResolverProvider resolver = new MeshResolverProvider(channel.authority());
    builder.nameResolverFactory(resolver);
    builder.defaultLoadBalancingPolicy(EndpointBalancerProvider.POLICY);
    Map<String, ?> config = fields.defaultServiceConfig(builder);
    if (config != null) {
      builder.defaultServiceConfig(ServiceConfig.withoutBalancingAndRetries(config));
    }
    MeshTransports transports = new MeshTransports();
    mesh.built(transports.build(builder), resolver, transports);
  }

  /**
   * Returns how many interceptors stay inside ours: those of OpenTelemetry at the front, so that
   * each attempt gets a client span of its own. All others see one call, and what they put into the
   * headers can be matched by routes.
   */
  private static int tracing(List<ClientInterceptor> interceptors) {
    int count = 0;
    while (count < interceptors.size()
        && interceptors.get(count).getClass().getName().startsWith("io.opentelemetry.")) {
      count++;
    }
    return count;
  }

  private static @Nullable BuilderFields fields() {
    try {
      return new BuilderFields();
    } catch (RuntimeException e) {
      Hooks.unknownVersion(HOOK, String.valueOf(e.getMessage()));
      return null;
    }
  }
}
