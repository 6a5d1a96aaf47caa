/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.compiler.Compilation;
import dev.weft.policy.compiler.CompiledResource;
import dev.weft.policy.compiler.Snapshot;
import dev.weft.policy.model.ResourceKey;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.ControlPlane;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One agent's delta stream. It is sent what it asked for and lacks: clusters and endpoints before
 * what points at them, removals after. While it has not answered, or is not ready for more, nothing
 * is queued for it; what it gets then is what holds then.
 *
 * <p>All but {@link #execute} runs on the stream's executor.
 */
final class DeltaStream {
  /** Half of the smallest limit that gRPC clients have by themselves is far away. */
  private static final int MAX_RESPONSE_BYTES = 1 << 20;

  private final ServerCallStreamObserver<DeltaDiscoveryResponse> responses;
  private final AdsContext context;
  private final ControlPlane controlPlane;
  private final Executor executor;
  private final @Nullable AgentIdentity identity;
  private final Map<String, TypeState> types = new HashMap<>();

  private @Nullable Client client;
  private boolean isClosed;
  private long lastNonce;

  /**
   * @param identity who the agent proved to be; null if it showed no certificate
   */
  DeltaStream(
      ServerCallStreamObserver<DeltaDiscoveryResponse> responses,
      AdsContext context,
      Executor executor,
      @Nullable AgentIdentity identity) {
    this.responses = responses;
    this.context = context;
    this.controlPlane =
        ControlPlane.newBuilder().setIdentifier(context.controlPlaneIdentity()).build();
    this.executor = executor;
    this.identity = identity;
  }

  /** Runs a task after those before it; from any thread. */
  void execute(Runnable task) {
    executor.execute(
        () -> {
          if (!isClosed) {
            task.run();
          }
        });
  }

  void take(DeltaDiscoveryRequest request) {
    if (client == null) {
      if (request.getNode().getId().isEmpty()) {
        end(
            Status.INVALID_ARGUMENT.withDescription(
                "node.id: missing in the first request (expected: a node id)"));
        return;
      }
      Client said = Client.of(request.getNode());
      String problem =
          identity == null ? null : identity.problem(said.namespace(), said.serviceAccount());
      if (problem != null) {
        end(Status.PERMISSION_DENIED.withDescription("node: " + problem));
        return;
      }
      client = said;
    }
    String typeUrl = request.getTypeUrl();
    TypeState known = types.get(typeUrl);
    TypeState state = known == null ? begin(request) : known;
    boolean hasAnswered = takeAnswer(request, state, client);
    state.subscribe(request.getResourceNamesSubscribeList(), known == null);
    state.unsubscribe(request.getResourceNamesUnsubscribeList());
    boolean isAsking =
        known == null
            || request.getResourceNamesSubscribeCount() > 0
            || request.getResourceNamesUnsubscribeCount() > 0;
    if (isAsking) {
      push(List.of(typeUrl));
    }
    if (hasAnswered) {
      push();
    }
  }

  private TypeState begin(DeltaDiscoveryRequest request) {
    String typeUrl = request.getTypeUrl();
    boolean hasWildcard = typeUrl.equals(TypeUrls.LISTENER) || typeUrl.equals(TypeUrls.CLUSTER);
    TypeState state =
        new TypeState(
            hasWildcard && request.getResourceNamesSubscribeCount() == 0,
            request.getInitialResourceVersionsMap(),
            context.isRecovering());
    types.put(typeUrl, state);
    return state;
  }

  private boolean takeAnswer(DeltaDiscoveryRequest request, TypeState state, Client from) {
    if (request.getResponseNonce().isEmpty()) {
      return false;
    }
    Collection<CompiledResource> answered = state.answered(request.getResponseNonce());
    if (request.hasErrorDetail()) {
      context.refused(
          nack(
              from,
              request.getTypeUrl(),
              answered == null ? List.of() : answered,
              request.getErrorDetail().getMessage()));
    }
    return answered != null;
  }

  private static Nack nack(
      Client from, String typeUrl, Collection<CompiledResource> sent, String message) {
    List<CompiledResource> named =
        sent.stream().filter(resource -> message.contains(resource.name())).toList();
    Collection<CompiledResource> refused = named.isEmpty() ? sent : named;
    Set<ResourceKey> origins = new LinkedHashSet<>();
    refused.forEach(resource -> origins.addAll(resource.origins()));
    return new Nack(
        from.nodeId(),
        typeUrl,
        refused.stream().map(CompiledResource::name).toList(),
        origins,
        message);
  }

  /** Sends what has changed, once everything before it is answered. */
  void push() {
    if (types.values().stream().noneMatch(TypeState::isAnswerAwaited)) {
      push(TypeUrls.MAKE_BEFORE_BREAK);
    }
  }

  private void push(List<String> typeUrls) {
    if (client == null || !responses.isReady()) {
      return; // onReady comes back
    }
    Publisher.Published published = context.current();
    Compilation compilation = published.compilation();
    Snapshot snapshot =
        compilation.snapshot(
            compilation.audience(client.namespace(), client.labels(), client.locality()));
    Map<String, List<String>> removed = new LinkedHashMap<>();
    for (String typeUrl : typeUrls) {
      TypeState state = types.get(typeUrl);
      if (state != null) {
        TypeState.Difference difference =
            state.difference(
                snapshot.resources(typeUrl), context.isRecovering(), isHeldWhole(typeUrl));
        send(typeUrl, state, difference.changed(), published.revision());
        if (!difference.removed().isEmpty()) {
          removed.put(typeUrl, difference.removed());
        }
      }
    }
    for (int i = typeUrls.size() - 1; i >= 0; i--) {
      String typeUrl = typeUrls.get(i);
      TypeState state = types.get(typeUrl);
      List<String> names = removed.getOrDefault(typeUrl, List.of());
      if (state != null && (!names.isEmpty() || state.isAnswerOwed())) {
        respond(typeUrl, state, List.of(), names, published.revision());
      }
    }
  }

  /** Less in one of these takes something away; of the others only a removal does. */
  private static boolean isHeldWhole(String typeUrl) {
    return typeUrl.equals(TypeUrls.CLUSTER_LOAD_ASSIGNMENT)
        || typeUrl.equals(TypeUrls.ROUTE_CONFIGURATION);
  }

  private void send(
      String typeUrl, TypeState state, List<CompiledResource> changed, long revision) {
    List<CompiledResource> part = new ArrayList<>();
    int bytes = 0;
    for (CompiledResource resource : changed) {
      int size = resource.body().getSerializedSize();
      if (bytes + size > MAX_RESPONSE_BYTES && !part.isEmpty()) {
        respond(typeUrl, state, part, List.of(), revision);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(resource);
      bytes += size;
    }
    if (!part.isEmpty()) {
      respond(typeUrl, state, part, List.of(), revision);
    }
  }

  private void respond(
      String typeUrl,
      TypeState state,
      List<CompiledResource> changed,
      List<String> removed,
      long revision) {
    String nonce = Long.toString(++lastNonce);
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder()
            .setSystemVersionInfo(Long.toString(revision))
            .setTypeUrl(typeUrl)
            .setNonce(nonce)
            .setControlPlane(controlPlane)
            .addAllRemovedResources(removed);
    for (CompiledResource resource : changed) {
      response.addResources(
          Resource.newBuilder()
              .setName(resource.name())
              .setVersion(resource.version())
              .setResource(resource.body()));
    }
    state.sent(nonce, changed, removed);
    responses.onNext(response.build());
  }

  /** Ends the stream. */
  void end(Status status) {
    isClosed = true;
    if (!responses.isCancelled()) {
      responses.onError(status.asRuntimeException());
    }
  }

  /** Ends the stream, as the client has. */
  void complete() {
    isClosed = true;
    if (!responses.isCancelled()) {
      responses.onCompleted();
    }
  }

  /** Notes that the client is gone. */
  void cancelled() {
    isClosed = true;
  }
}
