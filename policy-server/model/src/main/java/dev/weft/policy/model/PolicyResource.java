/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.istio.api.networking.v1.DestinationRule;
import io.fabric8.istio.api.networking.v1.ServiceEntry;
import io.fabric8.istio.api.networking.v1.VirtualService;
import io.fabric8.istio.api.networking.v1.WorkloadEntry;
import io.fabric8.istio.api.security.v1.AuthorizationPolicy;
import io.fabric8.istio.api.security.v1.PeerAuthentication;
import io.fabric8.istio.api.security.v1.RequestAuthentication;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A resource as it is kept: the JSON as its author gave it, and what every reader asks of it.
 *
 * @param kind its kind
 * @param namespace its namespace
 * @param name its name
 * @param generation counts the changes of its {@code spec}, from 1; 0 if the server did not count
 * @param labels its own labels
 * @param json the whole resource, {@code apiVersion} and {@code kind} included. It is shared: read
 *     it, never change it; {@link ObjectNode#deepCopy} is for that
 */
public record PolicyResource(
    Kind kind,
    String namespace,
    String name,
    long generation,
    Map<String, String> labels,
    ObjectNode json) {

  public PolicyResource {
    labels = Map.copyOf(labels);
  }

  /**
   * Returns the resource that this JSON is. A namespace that is not given is {@code default}.
   *
   * @throws IllegalArgumentException if there is no {@code metadata.name}
   */
  public static PolicyResource of(Kind kind, ObjectNode json) {
    JsonNode metadata = json.path("metadata");
    String name = metadata.path("name").asText("");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("metadata.name: missing (expected: a name)");
    }
    Map<String, String> labels = new LinkedHashMap<>();
    metadata
        .path("labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return new PolicyResource(
        kind,
        metadata.path("namespace").asText("default"),
        name,
        metadata.path("generation").asLong(0),
        labels,
        json);
  }

  /** Returns what names it. */
  public ResourceKey key() {
    return new ResourceKey(kind, namespace, name);
  }

  /** Returns its {@code spec}; a missing node if it has none. */
  public JsonNode spec() {
    return json.path("spec");
  }

  /** Returns its annotations. */
  public Map<String, String> annotations() {
    Map<String, String> annotations = new LinkedHashMap<>();
    json.path("metadata")
        .path("annotations")
        .properties()
        .forEach(one -> annotations.put(one.getKey(), one.getValue().asText()));
    return annotations;
  }

  /** Returns the typed view of a {@link Kinds#VIRTUAL_SERVICE}; each call makes a new one. */
  public VirtualService asVirtualService() {
    return as(Kinds.VIRTUAL_SERVICE, VirtualService.class);
  }

  /** Returns the typed view of a {@link Kinds#DESTINATION_RULE}; each call makes a new one. */
  public DestinationRule asDestinationRule() {
    return as(Kinds.DESTINATION_RULE, DestinationRule.class);
  }

  /** Returns the typed view of a {@link Kinds#SERVICE_ENTRY}; each call makes a new one. */
  public ServiceEntry asServiceEntry() {
    return as(Kinds.SERVICE_ENTRY, ServiceEntry.class);
  }

  /** Returns the typed view of a {@link Kinds#WORKLOAD_ENTRY}; each call makes a new one. */
  public WorkloadEntry asWorkloadEntry() {
    return as(Kinds.WORKLOAD_ENTRY, WorkloadEntry.class);
  }

  /** Returns the typed view of an {@link Kinds#HTTP_ROUTE}; each call makes a new one. */
  public HTTPRoute asHttpRoute() {
    return as(Kinds.HTTP_ROUTE, HTTPRoute.class);
  }

  /** Returns the typed view of an {@link Kinds#AUTHORIZATION_POLICY}; each call makes a new one. */
  public AuthorizationPolicy asAuthorizationPolicy() {
    return as(Kinds.AUTHORIZATION_POLICY, AuthorizationPolicy.class);
  }

  /** Returns the typed view of a {@link Kinds#PEER_AUTHENTICATION}; each call makes a new one. */
  public PeerAuthentication asPeerAuthentication() {
    return as(Kinds.PEER_AUTHENTICATION, PeerAuthentication.class);
  }

  /**
   * Returns the typed view of a {@link Kinds#REQUEST_AUTHENTICATION}; each call makes a new one.
   */
  public RequestAuthentication asRequestAuthentication() {
    return as(Kinds.REQUEST_AUTHENTICATION, RequestAuthentication.class);
  }

  private <T> T as(Kind expected, Class<T> type) {
    if (kind != expected) {
      throw new IllegalStateException(key() + " is no " + expected.name());
    }
    try {
      return TypedViews.MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          key() + " passed its schema and has no typed view: " + e.getOriginalMessage(), e);
    }
  }

  /** Loaded with the first typed view, so that what only keeps resources does not pay for it. */
  private static final class TypedViews {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }
}
