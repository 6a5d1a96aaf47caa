/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.policy.compiler.Compilation;
import dev.weft.policy.compiler.CompiledResource;
import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A store and a discovery server on a loopback port. */
final class TestMesh implements AutoCloseable {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** Compiles at once, and is done with its start. */
  static final DiscoverySettings QUICK =
      new DiscoverySettings(
          DiscoverySettings.DEFAULT.mesh(), Duration.ofMillis(1), Duration.ZERO, Duration.ZERO);

  final Store store;
  final DiscoveryServer discovery;
  final BlockingQueue<Nack> nacks = new LinkedBlockingQueue<>();
  final BlockingQueue<List<AgentView>> workloads = new LinkedBlockingQueue<>();
  final List<Finding> findings = new CopyOnWriteArrayList<>();
  private final Server server;
  private final List<ManagedChannel> channels = new ArrayList<>();

  TestMesh(DiscoverySettings settings, Timer timer) {
    this(EmbeddedStore.inMemory(UUID.randomUUID()), settings, timer);
  }

  TestMesh(Store store, DiscoverySettings settings, Timer timer) {
    this.store = store;
    DiscoveryObserver observer =
        new DiscoveryObserver() {
          @Override
          public void onNack(Nack nack) {
            nacks.add(nack);
          }

          @Override
          public void onCompiled(long revision, List<Finding> found) {
            findings.clear();
            findings.addAll(found);
          }

          @Override
          public void onWorkloads(List<AgentView> agents) {
            workloads.add(agents);
          }
        };
    this.discovery = DiscoveryServer.create(store, settings, observer, new Threads(), timer);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    for (BindableService service : List.of(discovery.ads(), discovery.registry())) {
      builder.addService(ServerInterceptors.intercept(service, new SaidIdentity()));
    }
    try {
      this.server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TestMesh quick() {
    Threads threads = new Threads();
    return new TestMesh(QUICK, threads.timer());
  }

  ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .build();
    channels.add(channel);
    return channel;
  }

  /** Returns a channel of a service account of the namespace shop. */
  Channel channel(String serviceAccount) {
    Metadata headers = new Metadata();
    headers.put(SaidIdentity.ACCOUNT, serviceAccount);
    return ClientInterceptors.intercept(
        channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  DeltaClient client(String name, String namespace) {
    return new DeltaClient(channel(), DeltaClient.nodeId(name, namespace));
  }

  /** Returns the addresses that a cluster has in what is compiled now. */
  List<String> addresses(String cluster) {
    Compilation compilation = discovery.current().compilation();
    CompiledResource assignment =
        compilation
            .snapshot(compilation.audience("shop", Map.of()))
            .resources(TypeUrls.CLUSTER_LOAD_ASSIGNMENT)
            .get(cluster);
    return assignment == null ? List.of() : addresses(assignment.body());
  }

  static List<String> addresses(Any assignment) {
    try {
      return assignment.unpack(ClusterLoadAssignment.class).getEndpointsList().stream()
          .flatMap(locality -> locality.getLbEndpointsList().stream())
          .map(endpoint -> endpoint.getEndpoint().getAddress().getSocketAddress().getAddress())
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Lets what waits be compiled until a cluster has these addresses. */
  void awaitAddresses(FakeTimer timer, String cluster, String... addresses) {
    await()
        .untilAsserted(
            () -> {
              timer.advance(Duration.ZERO);
              assertThat(addresses(cluster)).containsExactly(addresses);
            });
  }

  /** Creates or replaces a resource, and returns its name. */
  ResourceKey apply(String yaml) {
    PolicyResource resource = resource(yaml);
    StoredResource known = store.get(resource.key());
    if (known == null) {
      store.create(resource);
    } else {
      store.replace(resource, known.revision());
    }
    return resource.key();
  }

  void delete(ResourceKey key) {
    StoredResource known = store.get(key);
    if (known == null) {
      throw new AssertionError(key + " is not there");
    }
    store.delete(key, known.revision());
  }

  static PolicyResource resource(String yaml) {
    try {
      ObjectNode json = (ObjectNode) YAML.readTree(yaml);
      Kind kind = Kinds.byApiVersion(json.path("apiVersion").asText(), json.path("kind").asText());
      if (kind == null) {
        throw new AssertionError("no such kind: " + yaml);
      }
      return PolicyResource.of(kind, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the server, but not its store. */
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.shutdownNow();
    discovery.close();
  }

  @Override
  public void close() {
    stop();
    store.close();
  }

  /** Believes a header what a certificate says elsewhere. */
  private static final class SaidIdentity implements ServerInterceptor {
    static final Metadata.Key<String> ACCOUNT =
        Metadata.Key.of("service-account", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String account = headers.get(ACCOUNT);
      if (account == null) {
        return next.startCall(call, headers);
      }
      AgentIdentity identity =
          new AgentIdentity("shop", account, "spiffe://cluster.local/ns/shop/sa/" + account);
      return Contexts.interceptCall(
          Context.current().withValue(AgentIdentity.KEY, identity), call, headers, next);
    }
  }
}
