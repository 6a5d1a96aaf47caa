/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds there are. A new kind stands here and has a schema beside {@link ResourceSchema}. */
public final class Kinds {
  private static final String ISTIO_NETWORKING = "networking.istio.io";
  private static final String ISTIO_SECURITY = "security.istio.io";
  private static final String GATEWAY_API = "gateway.networking.k8s.io";
  private static final String CONDITIONS = "/status/conditions";

  /** How requests to a host are routed. */
  public static final Kind VIRTUAL_SERVICE =
      Kind.builder(ISTIO_NETWORKING, "v1", "VirtualService", "virtualservices")
          .versions("v1", "v1beta1", "v1alpha3")
          .shortNames("vs")
          .columns(
              Column.at("Gateways", "/spec/gateways", "The gateways that apply these routes"),
              Column.at("Hosts", "/spec/hosts", "The hosts that traffic is sent to"),
              Column.condition("Accepted", CONDITIONS),
              Column.age())
          .build();

  /** What applies to traffic of a host after it was routed: subsets, balancing, limits. */
  public static final Kind DESTINATION_RULE =
      Kind.builder(ISTIO_NETWORKING, "v1", "DestinationRule", "destinationrules")
          .versions("v1", "v1beta1", "v1alpha3")
          .shortNames("dr")
          .columns(
              Column.at("Host", "/spec/host", "The host that the rule applies to"),
              Column.condition("Accepted", CONDITIONS),
              Column.age())
          .build();

  /** A host that is declared, with its ports and endpoints. */
  public static final Kind SERVICE_ENTRY =
      Kind.builder(ISTIO_NETWORKING, "v1", "ServiceEntry", "serviceentries")
          .versions("v1", "v1beta1", "v1alpha3")
          .shortNames("se")
          .columns(
              Column.at("Hosts", "/spec/hosts", "The declared hosts"),
              Column.at("Location", "/spec/location", "Whether the host is part of the mesh"),
              Column.at("Resolution", "/spec/resolution", "How its endpoints are found"),
              Column.condition("Accepted", CONDITIONS),
              Column.age())
          .build();

  /** A workload that an agent announced. */
  public static final Kind WORKLOAD_ENTRY =
      Kind.builder(ISTIO_NETWORKING, "v1", "WorkloadEntry", "workloadentries")
          .versions("v1", "v1beta1", "v1alpha3")
          .shortNames("we")
          .columns(
              Column.at("Address", "/spec/address", "The address of the workload"),
              Column.at("Ports", "/spec/ports", "Its ports by name").wide(),
              Column.age())
          .readOnly()
          .build();

  /** How requests are routed, in the Gateway API's words. */
  public static final Kind HTTP_ROUTE =
      Kind.builder(GATEWAY_API, "v1", "HTTPRoute", "httproutes")
          .versions("v1", "v1beta1")
          .columns(
              Column.at("Hostnames", "/spec/hostnames", "The hosts that it matches"),
              Column.condition("Accepted", "/status/parents/0/conditions"),
              Column.age())
          .build();

  /** Which requests a workload lets in. */
  public static final Kind AUTHORIZATION_POLICY =
      Kind.builder(ISTIO_SECURITY, "v1", "AuthorizationPolicy", "authorizationpolicies")
          .versions("v1", "v1beta1")
          .shortNames("ap")
          .columns(
              Column.at("Action", "/spec/action", "What happens to a request that matches"),
              Column.condition("Accepted", CONDITIONS),
              Column.age())
          .build();

  /** Whether callers of a workload have to show a certificate of the mesh. */
  public static final Kind PEER_AUTHENTICATION =
      Kind.builder(ISTIO_SECURITY, "v1", "PeerAuthentication", "peerauthentications")
          .versions("v1", "v1beta1")
          .shortNames("pa")
          .columns(
              Column.at("Mode", "/spec/mtls/mode", "The mode of mutual TLS"),
              Column.condition("Accepted", CONDITIONS),
              Column.age())
          .build();

  /** Which tokens a workload takes as proof of who asks. */
  public static final Kind REQUEST_AUTHENTICATION =
      Kind.builder(ISTIO_SECURITY, "v1", "RequestAuthentication", "requestauthentications")
          .versions("v1", "v1beta1")
          .shortNames("ra")
          .columns(Column.condition("Accepted", CONDITIONS), Column.age())
          .build();

  private static final List<Kind> ALL =
      List.of(
          HTTP_ROUTE,
          DESTINATION_RULE,
          SERVICE_ENTRY,
          VIRTUAL_SERVICE,
          WORKLOAD_ENTRY,
          AUTHORIZATION_POLICY,
          PEER_AUTHENTICATION,
          REQUEST_AUTHENTICATION);

  private Kinds() {}

  /** Returns every kind, in the order of {@link Kind#compareTo}. */
  public static List<Kind> all() {
    return ALL;
  }

  /** Returns the kind of this group and plural, or null. */
  public static @Nullable Kind byPlural(String group, String plural) {
    for (Kind kind : ALL) {
      if (kind.group().equals(group) && kind.plural().equals(plural)) {
        return kind;
      }
    }
    return null;
  }

  /**
   * Returns the kind of this {@code apiVersion} and {@code kind} as a resource says them, or null.
   */
  public static @Nullable Kind byApiVersion(String apiVersion, String name) {
    for (Kind kind : ALL) {
      if (kind.name().equals(name)
          && apiVersion.startsWith(kind.group() + "/")
          && kind.versions().contains(apiVersion.substring(kind.group().length() + 1))) {
        return kind;
      }
    }
    return null;
  }
}
