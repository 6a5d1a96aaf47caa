/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.control.translate.ParsedCluster.Source;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.protocol.lite.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.cluster.v3.OutlierDetection;
import dev.weft.protocol.lite.envoy.config.core.v3.RoutingPriority;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads clusters. */
final class ClusterReader {
  private static final String POLICIES =
      "type.googleapis.com/envoy.extensions.load_balancing_policies.";
  private static final Map<String, LoadBalancing> POLICY_TYPES =
      Map.of(
          POLICIES + "round_robin.v3.RoundRobin", LoadBalancing.ROUND_ROBIN,
          POLICIES + "least_request.v3.LeastRequest", LoadBalancing.LEAST_REQUEST,
          POLICIES + "random.v3.Random", LoadBalancing.RANDOM,
          POLICIES + "ring_hash.v3.RingHash", LoadBalancing.RING_HASH,
          POLICIES + "maglev.v3.Maglev", LoadBalancing.MAGLEV);

  private ClusterReader() {}

  static ParsedCluster read(Cluster cluster, Field field) {
    ClusterTls tls = TlsReader.read(cluster, field);
    if (cluster.hasLbSubsetConfig()) {
      field.at("lb_subset_config").ignored();
    }
    Source source = source(cluster, field);
    List<EndpointConfig> endpoints =
        switch (source) {
          case STATIC -> EndpointReader.addresses(cluster.getLoadAssignment(), assignment(field));
          case DNS -> EndpointReader.names(cluster.getLoadAssignment(), assignment(field));
          case EDS, ORIGINAL_DST -> List.of();
        };
    ClusterConfig config =
        new ClusterConfig(
            StringMatchReader.nonEmpty(cluster.getName(), field.at("name")),
            source == Source.ORIGINAL_DST ? Discovery.ORIGINAL_DST : Discovery.ENDPOINTS,
            source == Source.STATIC ? tls.apply(endpoints) : List.of(),
            loadBalancing(cluster, field),
            cluster.hasConnectTimeout()
                ? XdsDefaults.positiveNanos(
                    cluster.getConnectTimeout(), field.at("connect_timeout"))
                : XdsDefaults.CONNECT_TIMEOUT_NANOS,
            circuitBreakers(cluster, field),
            outlierDetection(cluster, field),
            service(cluster),
            subset(cluster),
            tls.isRequired(),
            hashTableSize(cluster, field));
    String edsName = cluster.getEdsClusterConfig().getServiceName();
    return new ParsedCluster(
        config,
        source,
        edsName.isEmpty() ? cluster.getName() : edsName,
        source == Source.DNS ? endpoints : List.of(),
        family(cluster, field),
        cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS,
        tls);
  }

  private static Field assignment(Field field) {
    return field.at("load_assignment");
  }

  private static Source source(Cluster cluster, Field field) {
    if (cluster.hasClusterType()) {
      throw field.at("cluster_type").unsupported();
    }
    return switch (cluster.getType()) {
      case EDS -> Source.EDS;
      case STATIC -> Source.STATIC;
      case STRICT_DNS, LOGICAL_DNS -> Source.DNS;
      case ORIGINAL_DST -> Source.ORIGINAL_DST;
      case UNRECOGNIZED ->
          throw field.at("type").bad(cluster.getTypeValue(), "a DiscoveryType, 0 to 4");
    };
  }

  private static DnsName.Family family(Cluster cluster, Field field) {
    return switch (cluster.getDnsLookupFamily()) {
      case AUTO -> DnsName.Family.AUTO;
      case V4_ONLY -> DnsName.Family.V4_ONLY;
      case V6_ONLY -> DnsName.Family.V6_ONLY;
      case V4_PREFERRED -> DnsName.Family.V4_PREFERRED;
      case ALL -> DnsName.Family.ALL;
      case UNRECOGNIZED ->
          throw field
              .at("dns_lookup_family")
              .bad(cluster.getDnsLookupFamilyValue(), "a DnsLookupFamily, 0 to 4");
    };
  }

  private static LoadBalancing loadBalancing(Cluster cluster, Field field) {
    if (cluster.hasLoadBalancingPolicy()) {
      return extension(cluster, field.at("load_balancing_policy"));
    }
    return switch (cluster.getLbPolicy()) {
      case ROUND_ROBIN, CLUSTER_PROVIDED -> LoadBalancing.ROUND_ROBIN;
      case LEAST_REQUEST -> LoadBalancing.LEAST_REQUEST;
      case RING_HASH -> LoadBalancing.RING_HASH;
      case RANDOM -> LoadBalancing.RANDOM;
      case MAGLEV -> LoadBalancing.MAGLEV;
      case LOAD_BALANCING_POLICY_CONFIG ->
          throw field.at("load_balancing_policy").bad("unset", "set, as lb_policy says so");
      case UNRECOGNIZED ->
          throw field.at("lb_policy").bad(cluster.getLbPolicyValue(), "an LbPolicy, 0 to 7");
    };
  }

  /** 0 for the default. */
  private static int hashTableSize(Cluster cluster, Field field) {
    if (cluster.hasRingHashLbConfig()) {
      return XdsDefaults.ringSize(cluster.getRingHashLbConfig(), field.at("ring_hash_lb_config"));
    }
    return cluster.hasMaglevLbConfig()
        ? XdsDefaults.maglevSize(cluster.getMaglevLbConfig(), field.at("maglev_lb_config"))
        : 0;
  }

  /** The first policy that is known counts, as in Envoy. */
  private static LoadBalancing extension(Cluster cluster, Field field) {
    StringBuilder unknown = new StringBuilder();
    for (var policy : cluster.getLoadBalancingPolicy().getPoliciesList()) {
      String type = policy.getTypedExtensionConfig().getTypedConfig().getTypeUrl();
      LoadBalancing known = POLICY_TYPES.get(type);
      if (known != null) {
        return known;
      }
      unknown.append(type).append(' ');
    }
    throw field
        .at("policies")
        .bad(unknown.toString().strip(), "at least one of " + POLICY_TYPES.keySet());
  }

  private static CircuitBreakers circuitBreakers(Cluster cluster, Field field) {
    Thresholds ofDefault = Thresholds.getDefaultInstance();
    for (Thresholds thresholds : cluster.getCircuitBreakers().getThresholdsList()) {
      if (thresholds.getPriority() == RoutingPriority.DEFAULT) {
        ofDefault = thresholds;
        break;
      }
    }
    return new CircuitBreakers(
        XdsDefaults.maxRequests(ofDefault),
        XdsDefaults.maxPendingRequests(ofDefault),
        XdsDefaults.maxRetries(ofDefault),
        XdsDefaults.maxConnections(ofDefault),
        ofDefault.hasRetryBudget()
            ? XdsDefaults.retryBudget(
                ofDefault.getRetryBudget(),
                field.at("circuit_breakers").at("thresholds").at("retry_budget"))
            : null);
  }

  private static ClusterConfig.@Nullable OutlierDetection outlierDetection(
      Cluster cluster, Field parent) {
    if (!cluster.hasOutlierDetection()) {
      return null;
    }
    OutlierDetection outlier = cluster.getOutlierDetection();
    Field field = parent.at("outlier_detection");
    if (XdsDefaults.asksForStatistics(outlier)) {
      field.at("enforcing_success_rate, enforcing_failure_percentage").ignored();
    }
    long base =
        outlier.hasBaseEjectionTime()
            ? XdsDefaults.positiveNanos(
                outlier.getBaseEjectionTime(), field.at("base_ejection_time"))
            : XdsDefaults.OUTLIER_BASE_EJECTION_NANOS;
    long max =
        outlier.hasMaxEjectionTime()
            ? XdsDefaults.positiveNanos(outlier.getMaxEjectionTime(), field.at("max_ejection_time"))
            : Math.max(base, XdsDefaults.OUTLIER_MAX_EJECTION_NANOS);
    return new ClusterConfig.OutlierDetection(
        XdsDefaults.consecutive5xx(outlier, field),
        XdsDefaults.consecutiveGatewayErrors(outlier, field),
        outlier.hasInterval()
            ? XdsDefaults.positiveNanos(outlier.getInterval(), field.at("interval"))
            : XdsDefaults.OUTLIER_INTERVAL_NANOS,
        base,
        Math.max(base, max),
        XdsDefaults.maxEjectionPercent(outlier, field),
        panicThreshold(cluster, parent.at("common_lb_config").at("healthy_panic_threshold")));
  }

  private static int panicThreshold(Cluster cluster, Field field) {
    if (!cluster.getCommonLbConfig().hasHealthyPanicThreshold()) {
      return XdsDefaults.PANIC_THRESHOLD_PERCENT;
    }
    double percent = cluster.getCommonLbConfig().getHealthyPanicThreshold().getValue();
    if (!(percent >= 0 && percent <= 100)) {
      throw field.bad(percent, "0 to 100");
    }
    return (int) Math.round(percent);
  }

  /** Returns the host that a cluster is for; empty if it does not say. */
  static String service(Cluster cluster) {
    for (Value service : istio(cluster, "services").getListValue().getValuesList()) {
      String host =
          service
              .getStructValue()
              .getFieldsOrDefault("host", Value.getDefaultInstance())
              .getStringValue();
      if (!host.isEmpty()) {
        return host;
      }
    }
    return partOfName(cluster.getName(), 3);
  }

  private static String subset(Cluster cluster) {
    String subset = istio(cluster, "subset").getStringValue();
    return subset.isEmpty() ? partOfName(cluster.getName(), 2) : subset;
  }

  private static Value istio(Cluster cluster, String key) {
    return cluster
        .getMetadata()
        .getFilterMetadataOrDefault("istio", Struct.getDefaultInstance())
        .getFieldsOrDefault(key, Value.getDefaultInstance());
  }

  /** Returns a part of {@code outbound|port|subset|host}, empty if the name is another. */
  private static String partOfName(String name, int index) {
    String[] parts = name.split("\\|", -1);
    return parts.length == 4 ? parts[index] : "";
  }
}
