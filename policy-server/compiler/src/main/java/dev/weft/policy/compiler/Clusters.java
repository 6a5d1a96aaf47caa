/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.policy.model.ResourceKey;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes clusters. */
final class Clusters {
  private final MeshSettings settings;
  private final HostNames names;

  Clusters(MeshSettings settings) {
    this.settings = settings;
    this.names = new HostNames(settings.domain(), settings.trustDomain());
  }

  /** Returns the cluster for "as the application itself would" and the one for "nowhere". */
  List<CompiledResource> builtIn() {
    Cluster.Builder passthrough =
        base(ResourceNames.PASSTHROUGH_CLUSTER, TrafficPolicy.NONE)
            .setType(DiscoveryType.ORIGINAL_DST)
            .setLbPolicy(LbPolicy.CLUSTER_PROVIDED);
    Cluster.Builder blackHole =
        base(ResourceNames.BLACK_HOLE_CLUSTER, TrafficPolicy.NONE).setType(DiscoveryType.STATIC);
    return List.of(compiled(passthrough, Set.of()), compiled(blackHole, Set.of()));
  }

  /** Returns the cluster of a service's port and subset under what a DestinationRule says. */
  CompiledResource cluster(ClusterKey key, DestinationRules.@Nullable Rule rule) {
    TrafficPolicy policy = policy(key, rule);
    Set<ResourceKey> origins = new HashSet<>(key.service().origins());
    if (rule != null) {
      origins.addAll(rule.origins());
    }
    Cluster.Builder cluster = base(key.name(), policy);
    LoadBalancing balancing =
        policy.balancing() == null ? LoadBalancing.DEFAULT : policy.balancing();
    boolean isPassthrough = balancing.policy() == LbPolicy.CLUSTER_PROVIDED;
    if (isPassthrough || key.service().resolution() == Service.Resolution.NONE) {
      cluster.setType(DiscoveryType.ORIGINAL_DST).setLbPolicy(LbPolicy.CLUSTER_PROVIDED);
    } else {
      balancing.applyTo(cluster);
      if (isEds(key.service(), policy)) {
        cluster
            .setType(DiscoveryType.EDS)
            .setEdsClusterConfig(
                EdsClusterConfig.newBuilder().setEdsConfig(Protos.ADS).setServiceName(key.name()));
      } else {
        cluster
            .setType(
                key.service().resolution() == Service.Resolution.DNS_ROUND_ROBIN
                    ? DiscoveryType.LOGICAL_DNS
                    : DiscoveryType.STRICT_DNS)
            .setLoadAssignment(Endpoints.ofService(withOwnHost(key), names));
      }
    }
    secure(cluster, key, policy);
    return compiled(cluster.setMetadata(metadata(key)), origins);
  }

  /** As in Istio what no rule secures goes by what each endpoint of the mesh offers. */
  private static void secure(Cluster.Builder cluster, ClusterKey key, TrafficPolicy policy) {
    ClientTls tls = policy.tls();
    if (tls != null) {
      tls.applyTo(cluster, key);
    } else if (key.service().hasWorkloads() && cluster.getType() == DiscoveryType.EDS) {
      ClientTls.AUTOMATIC.applyTo(cluster, key);
    }
  }

  private static TrafficPolicy policy(ClusterKey key, DestinationRules.@Nullable Rule rule) {
    return rule == null ? TrafficPolicy.NONE : rule.effective(key.port().number(), key.subset());
  }

  /** Returns whether the endpoints of such a cluster are pushed by themselves. */
  static boolean isEds(ClusterKey key, DestinationRules.@Nullable Rule rule) {
    return isEds(key.service(), policy(key, rule));
  }

  /** As in Istio what is near is preferred where it is known when that fails. */
  static boolean prefersNear(ClusterKey key, DestinationRules.@Nullable Rule rule) {
    return policy(key, rule).prefersNear();
  }

  private static boolean isEds(Service service, TrafficPolicy policy) {
    boolean isPassthrough =
        policy.balancing() != null && policy.balancing().policy() == LbPolicy.CLUSTER_PROVIDED;
    return !isPassthrough
        && switch (service.resolution()) {
          case ANNOUNCED, STATIC -> true;
          case DNS, DNS_ROUND_ROBIN, NONE -> false;
        };
  }

  /** A DNS service that lists no endpoint is looked up by its own host. */
  private static ClusterKey withOwnHost(ClusterKey key) {
    Service service = key.service();
    if (!service.endpoints().isEmpty()) {
      return key;
    }
    Service.Endpoint own = new Service.Endpoint(service.host(), Map.of(), Map.of(), "", 1, null);
    return new ClusterKey(service.withEndpoints(List.of(own)), key.port(), key.subset(), Map.of());
  }

  private Cluster.Builder base(String name, TrafficPolicy policy) {
    ConnectionPool pool = policy.pool();
    Duration connectTimeout =
        pool == null || pool.connectTimeout() == null
            ? settings.connectTimeout()
            : pool.connectTimeout();
    Thresholds.Builder limits =
        (pool == null ? ConnectionPool.UNLIMITED : pool.limits()).toBuilder();
    if (policy.retryBudget() != null) {
      policy.retryBudget().applyTo(limits);
    }
    Cluster.Builder cluster =
        Cluster.newBuilder()
            .setName(name)
            .setConnectTimeout(Protos.duration(connectTimeout))
            .setCircuitBreakers(CircuitBreakers.newBuilder().addThresholds(limits));
    Outlier outlier = policy.outlier();
    if (outlier != null) {
      cluster
          .setOutlierDetection(outlier.detection())
          .setCommonLbConfig(
              CommonLbConfig.newBuilder()
                  .setHealthyPanicThreshold(
                      Percent.newBuilder().setValue(outlier.minHealthPercent())));
    }
    return cluster;
  }

  private static CompiledResource compiled(Cluster.Builder cluster, Set<ResourceKey> origins) {
    return CompiledResource.of(TypeUrls.CLUSTER, cluster.getName(), cluster.build(), origins);
  }

  private static Metadata metadata(ClusterKey key) {
    Service service = key.service();
    Struct named =
        Struct.newBuilder()
            .putFields("host", Protos.text(service.host()))
            .putFields("name", Protos.text(service.shortName()))
            .putFields("namespace", Protos.text(service.namespace()))
            .build();
    Struct.Builder istio =
        Struct.newBuilder()
            .putFields(
                "services",
                Value.newBuilder()
                    .setListValue(
                        ListValue.newBuilder().addValues(Value.newBuilder().setStructValue(named)))
                    .build());
    if (!key.subset().isEmpty()) {
      istio.putFields("subset", Protos.text(key.subset()));
    }
    return Metadata.newBuilder().putFilterMetadata("istio", istio.build()).build();
  }
}
