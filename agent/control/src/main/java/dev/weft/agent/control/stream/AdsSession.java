/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

import dev.weft.agent.control.channel.BidiTransport.Exchange;
import dev.weft.agent.control.channel.StreamKeeper;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.protocol.lite.envoy.config.core.v3.Node;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import dev.weft.protocol.lite.envoy.service.discovery.v3.Resource;
import dev.weft.protocol.lite.envoy.service.discovery.v3.ResourceError;
import dev.weft.protocol.lite.envoy.service.discovery.v3.ResourceName;
import dev.weft.protocol.lite.rpc.Status;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is said on a delta ADS stream: asks, acknowledges, rejects, and follows names from clusters
 * to endpoints and from listeners to routes. A state machine without I/O, clock or threads; the
 * table and the store's identity outlive streams, all else is forgotten with the stream. Not
 * thread-safe.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol">xDS</a>
 */
final class AdsSession implements StreamKeeper.User<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  private static final int INVALID_ARGUMENT = 3;
  private static final int NOT_FOUND = 5;
  private final Node node;
  private final XdsTable table;
  private final StoreIdentity identity;
  private final Events events;
  private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

  /** Resources of another store than the one that speaks, or that this one would remove. */
  private final Set<ResourceKey> unconfirmed = new LinkedHashSet<>();

  /** What the store that speaks has in place of unconfirmed ones, until it is adopted. */
  private final Map<ResourceKey, XdsResource> withheld = new LinkedHashMap<>();

  private @Nullable Exchange<DeltaDiscoveryRequest> exchange;
  private boolean nodeIsSent;
  private boolean connected;

  AdsSession(Node node, XdsTable table, StoreIdentity identity, Events events) {
    this.node = node;
    this.table = table;
    this.identity = identity;
    this.events = events;
    for (String type : TypeUrls.MAKE_BEFORE_BREAK) {
      boolean wildcard = type.equals(TypeUrls.CLUSTER) || type.equals(TypeUrls.LISTENER);
      subscriptions.put(type, new Subscription(type, wildcard));
    }
  }

  @Override
  public void opened(Exchange<DeltaDiscoveryRequest> opened) {
    exchange = opened;
    nodeIsSent = false;
    connected = false;
    for (Subscription subscription : subscriptions.values()) {
      subscription.begin();
    }
    for (Subscription subscription : subscriptions.values()) {
      if (subscription.isWildcard()) {
        send(request(subscription));
      } else {
        follow(subscription);
      }
    }
  }

  @Override
  public void connected() {
    connected = true;
    events.connected();
  }

  @Override
  public void received(DeltaDiscoveryResponse response) {
    connected = true;
    if (identity.hasChangedTo(response.getControlPlane().getIdentifier())) {
      otherStore();
      return;
    }
    Subscription subscription = subscriptions.get(response.getTypeUrl());
    if (subscription == null) {
      return;
    }
    subscription.responded();
    List<String> rejected = take(response, subscription);
    remove(response, subscription);
    answer(response, subscription, rejected);
    if (response.getTypeUrl().equals(TypeUrls.CLUSTER)) {
      follow(subscription(TypeUrls.CLUSTER_LOAD_ASSIGNMENT));
    } else if (response.getTypeUrl().equals(TypeUrls.LISTENER)) {
      follow(subscription(TypeUrls.ROUTE_CONFIGURATION));
    }
    if (!rejected.isEmpty()) {
      events.rejected(rejected);
    }
    events.changed();
  }

  @Override
  public void closed() {
    exchange = null;
    connected = false;
    events.disconnected();
  }

  /** Returns whether the stream is open and has its connection. */
  boolean isConnected() {
    return connected;
  }

  /** Returns whether anything was heard on this stream. */
  boolean hasResponse() {
    return subscriptions.values().stream().anyMatch(Subscription::hasResponse);
  }

  /** Returns whether all that is asked for on this stream was answered. */
  boolean isComplete() {
    for (Subscription subscription : subscriptions.values()) {
      // A server that has nothing new to say for the versions it was told may well stay silent.
      if (subscription.isWildcard()
          && !subscription.hasResponse()
          && !subscription.isGivenUp()
          && table.versions(subscription.typeUrl()).isEmpty()) {
        return false;
      }
      for (String name : subscription.names()) {
        if (!subscription.isAnswered(name) && !table.has(subscription.typeUrl(), name)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Counts what was not answered until now as answered: there is none, until it comes. */
  void giveUpWaiting() {
    subscriptions.values().forEach(Subscription::giveUp);
  }

  /** Returns how many resources are kept that the store that speaks does not have. */
  int withheldRemovals() {
    return unconfirmed.size() - withheld.size();
  }

  /** Returns how many resources are kept as they are that the store that speaks has otherwise. */
  int withheldChanges() {
    return withheld.size();
  }

  /** Accepts the store that speaks now: what it has otherwise, and what it has not. */
  void adopt() {
    identity.adopt();
    withheld.forEach(
        (key, resource) -> {
          unconfirmed.remove(key);
          table.put(resource);
        });
    boolean changed = !withheld.isEmpty();
    withheld.clear();
    if (changed) {
      followAll();
      events.changed();
    }
    sweep();
  }

  /**
   * Lets go of what the adopted store does not have. Only after it had the time to say all it has.
   */
  void sweep() {
    if (identity.isForeign() || unconfirmed.isEmpty() || !isComplete()) {
      return;
    }
    for (ResourceKey key : List.copyOf(unconfirmed)) {
      table.remove(key.typeUrl(), key.name());
    }
    unconfirmed.clear();
    followAll();
    events.changed();
  }

  /** Versions of another store mean nothing to this one: everything is asked for anew. */
  private void otherStore() {
    withheld.clear();
    for (String type : subscriptions.keySet()) {
      for (String name : table.versions(type).keySet()) {
        unconfirmed.add(new ResourceKey(type, name));
      }
    }
    events.storeChanged();
  }

  private List<String> take(DeltaDiscoveryResponse response, Subscription subscription) {
    List<String> rejected = new ArrayList<>();
    for (Resource resource : response.getResourcesList()) {
      String name =
          resource.getName().isEmpty() ? resource.getResourceName().getName() : resource.getName();
      // Without content it only says that the resource is still there.
      if (!resource.hasResource() || !subscription.wants(name)) {
        continue;
      }
      subscription.answered(name);
      String type = resource.getResource().getTypeUrl();
      if (!type.equals(subscription.typeUrl())) {
        rejected.add(name + ": type_url: " + type + " (expected: " + subscription.typeUrl() + ")");
        continue;
      }
      XdsResource taken =
          XdsResource.of(
              type, name, resource.getVersion(), resource.getResource().getValue().toByteArray());
      if (isChangeOfAnotherStore(taken)) {
        withheld.put(new ResourceKey(type, name), taken);
        continue;
      }
      withheld.remove(new ResourceKey(type, name));
      unconfirmed.remove(new ResourceKey(type, name));
      ResourceProblem problem = table.put(taken);
      if (problem != null && !problem.isApplied()) {
        rejected.add(name + ": " + problem.reason());
      }
    }
    return rejected;
  }

  /**
   * Returns whether a resource would change one of the adopted store. A store without the policies
   * still has routes for the services that are announced to it: taking them would be a removal,
   * too. Where endpoints are is no policy.
   */
  private boolean isChangeOfAnotherStore(XdsResource resource) {
    return identity.isForeign()
        && !resource.typeUrl().equals(TypeUrls.CLUSTER_LOAD_ASSIGNMENT)
        && unconfirmed.contains(new ResourceKey(resource.typeUrl(), resource.name()))
        && !resource.version().equals(table.versions(resource.typeUrl()).get(resource.name()));
  }

  private void remove(DeltaDiscoveryResponse response, Subscription subscription) {
    response.getRemovedResourcesList().forEach(name -> remove(name, subscription));
    for (ResourceName name : response.getRemovedResourceNamesList()) {
      remove(name.getName(), subscription);
    }
    for (ResourceError error : response.getResourceErrorsList()) {
      if (error.getErrorDetail().getCode() == NOT_FOUND) {
        remove(error.getResourceName().getName(), subscription);
      }
    }
  }

  private void remove(String name, Subscription subscription) {
    subscription.answered(name);
    if (!identity.isForeign()) {
      unconfirmed.remove(new ResourceKey(subscription.typeUrl(), name));
      table.remove(subscription.typeUrl(), name);
    } else if (table.has(subscription.typeUrl(), name)) {
      withheld.remove(new ResourceKey(subscription.typeUrl(), name));
      unconfirmed.add(new ResourceKey(subscription.typeUrl(), name));
    }
  }

  private void answer(
      DeltaDiscoveryResponse response, Subscription subscription, List<String> rejected) {
    DeltaDiscoveryRequest.Builder answer =
        request(subscription).setResponseNonce(response.getNonce());
    if (!rejected.isEmpty()) {
      answer.setErrorDetail(
          Status.newBuilder().setCode(INVALID_ARGUMENT).setMessage(String.join("\n", rejected)));
    }
    send(answer);
  }

  private void followAll() {
    follow(subscription(TypeUrls.CLUSTER_LOAD_ASSIGNMENT));
    follow(subscription(TypeUrls.ROUTE_CONFIGURATION));
  }

  /** Asks for the names that the table mentions now, and gives up those it does not. */
  private void follow(Subscription subscription) {
    String type = subscription.typeUrl();
    Set<String> wanted =
        type.equals(TypeUrls.CLUSTER_LOAD_ASSIGNMENT) ? table.endpointNames() : table.routeNames();
    Subscription.Difference difference = subscription.change(wanted);
    forgetUnwanted(type, wanted);
    if (!difference.isEmpty()) {
      send(
          request(subscription)
              .addAllResourceNamesSubscribe(difference.added())
              .addAllResourceNamesUnsubscribe(difference.dropped()));
    }
  }

  private void forgetUnwanted(String type, Set<String> wanted) {
    for (String name : table.versions(type).keySet()) {
      if (!wanted.contains(name)) {
        table.remove(type, name);
        unconfirmed.remove(new ResourceKey(type, name));
        withheld.remove(new ResourceKey(type, name));
      }
    }
  }

  /** The first of its type on a stream says what is there already. */
  private DeltaDiscoveryRequest.Builder request(Subscription subscription) {
    DeltaDiscoveryRequest.Builder request =
        DeltaDiscoveryRequest.newBuilder().setTypeUrl(subscription.typeUrl());
    if (subscription.isFirstRequest()) {
      table
          .versions(subscription.typeUrl())
          .forEach(
              (name, version) -> {
                if (!unconfirmed.contains(new ResourceKey(subscription.typeUrl(), name))) {
                  request.putInitialResourceVersions(name, version);
                }
              });
    }
    return request;
  }

  private void send(DeltaDiscoveryRequest.Builder request) {
    if (exchange == null) {
      return;
    }
    if (!nodeIsSent) {
      nodeIsSent = true;
      request.setNode(node);
    }
    exchange.send(request.build());
  }

  private Subscription subscription(String type) {
    Subscription subscription = subscriptions.get(type);
    if (subscription == null) {
      throw new IllegalArgumentException(type);
    }
    return subscription;
  }

  private record ResourceKey(String typeUrl, String name) {}

  /** Who is told what happened. */
  interface Events {
    /** The stream has its connection. */
    void connected();

    /** The stream is over; another will begin. */
    void disconnected();

    /** The table may have changed, or it may be complete now. */
    void changed();

    /** Resources were rejected, each with its name and reason. */
    void rejected(List<String> reasons);

    /** Another store speaks: the stream is to be opened anew. */
    void storeChanged();
  }
}
