/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.time.Duration;
import java.util.List;

/**
 * What holds for the whole mesh.
 *
 * @param domain the domain of announced services, as in {@code orders.shop.svc.<domain>}
 * @param trustDomain the domain of all identities, as in {@code spiffe://<trustDomain>/ns/shop/...}
 * @param trustDomainAliases other domains that principals in policies may name it by
 * @param outboundPolicy what happens to hosts and ports that the mesh knows nothing of
 * @param rootNamespace where DestinationRules for every namespace stand
 * @param connectTimeout how long a connection may take to be made, unless a DestinationRule says
 */
public record MeshSettings(
    String domain,
    String trustDomain,
    List<String> trustDomainAliases,
    OutboundPolicy outboundPolicy,
    String rootNamespace,
    Duration connectTimeout) {
  /** Istio's defaults: {@code cluster.local} twice, ALLOW_ANY, {@code istio-system}, 10 s. */
  public static final MeshSettings DEFAULT =
      new MeshSettings(
          "cluster.local",
          "cluster.local",
          List.of(),
          OutboundPolicy.ALLOW_ANY,
          "istio-system",
          Duration.ofSeconds(10));

  /** Copies the collections. */
  public MeshSettings {
    trustDomainAliases = List.copyOf(trustDomainAliases);
  }

  /** Returns these settings with another outbound policy. */
  public MeshSettings withOutboundPolicy(OutboundPolicy policy) {
    return new MeshSettings(
        domain, trustDomain, trustDomainAliases, policy, rootNamespace, connectTimeout);
  }

  /** Returns these settings with another trust domain and its aliases. */
  public MeshSettings withTrustDomain(String other, List<String> aliases) {
    return new MeshSettings(domain, other, aliases, outboundPolicy, rootNamespace, connectTimeout);
  }

  /** Istio's {@code outboundTrafficPolicy}. */
  public enum OutboundPolicy {
    /** It goes out as it would without the mesh. */
    ALLOW_ANY,
    /** It is refused. */
    REGISTRY_ONLY
  }
}
