/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.MaglevLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is chosen.
 *
 * @param policy Envoy's word for it; CLUSTER_PROVIDED for "as the application itself would"
 * @param tableSize the least size of the ring, or the size of Maglev's table; 0 for the default
 * @param hashPolicy what routes to the cluster hash by; null if there is no hashing
 * @param isLocalityAware whether endpoints near the caller are preferred where outliers are ejected
 */
record LoadBalancing(
    LbPolicy policy, long tableSize, @Nullable HashPolicy hashPolicy, boolean isLocalityAware) {
  /** Istio's default. */
  static final LoadBalancing DEFAULT = new LoadBalancing(LbPolicy.LEAST_REQUEST, 0, null, true);

  /** What is near is known by region, zone and subzone only. */
  private static final List<String> LOCALITY_NOT_ENFORCED =
      List.of("distribute", "failover", "failoverPriority");

  private static final long MAX_TABLE = 8 * 1024 * 1024;

  /** What agents make of a ring at most: 12 MB of it. */
  private static final long MAX_OF_AGENTS = 1024 * 1024;

  private static final long MAX_MAGLEV = 5_000_011;
  private static final int PRIME_CERTAINTY = 40;

  static @Nullable LoadBalancing read(Field field, Report report) {
    if (!field.isPresent()) {
      return null;
    }
    Field locality = field.get("localityLbSetting");
    boolean isLocalityAware = locality.get("enabled").bool(true);
    if (isLocalityAware) {
      LOCALITY_NOT_ENFORCED.forEach(name -> report.notEnforced(locality.get(name)));
    }
    report.notEnforced(field.get("warmupDurationSecs"));
    report.notEnforced(field.get("warmup"));
    Field hash = field.get("consistentHash");
    LoadBalancing read =
        hash.isPresent() ? readHash(hash, report) : readSimple(field.get("simple"), report);
    return new LoadBalancing(read.policy(), read.tableSize(), read.hashPolicy(), isLocalityAware);
  }

  private static LoadBalancing readSimple(Field simple, Report report) {
    LbPolicy policy =
        switch (simple.text("UNSPECIFIED")) {
          case "UNSPECIFIED", "LEAST_REQUEST", "LEAST_CONN" -> LbPolicy.LEAST_REQUEST;
          case "ROUND_ROBIN" -> LbPolicy.ROUND_ROBIN;
          case "RANDOM" -> LbPolicy.RANDOM;
          case "PASSTHROUGH" -> LbPolicy.CLUSTER_PROVIDED;
          default -> {
            report.invalid(simple, "LEAST_REQUEST, ROUND_ROBIN, RANDOM or PASSTHROUGH");
            yield LbPolicy.LEAST_REQUEST;
          }
        };
    return new LoadBalancing(policy, 0, null, true);
  }

  private static LoadBalancing readHash(Field hash, Report report) {
    HashPolicy hashPolicy = hashPolicy(hash, report);
    if (hashPolicy == null) {
      report.severe(
          "InvalidValue",
          hash,
          "nothing to hash by (expected: httpHeaderName, httpCookie, useSourceIp or"
              + " httpQueryParameterName); LEAST_REQUEST is used");
      return DEFAULT;
    }
    Field maglev = hash.get("maglev");
    if (maglev.isPresent()) {
      return new LoadBalancing(
          LbPolicy.MAGLEV, tableSize(maglev.get("tableSize"), report), hashPolicy, true);
    }
    Field deprecated = hash.get("minimumRingSize");
    Field size = hash.get("ringHash").get("minimumRingSize");
    return new LoadBalancing(
        LbPolicy.RING_HASH,
        ringSize(size.isPresent() ? size : deprecated, report),
        hashPolicy,
        true);
  }

  private static long ringSize(Field field, Report report) {
    long size = report.number(field, 0, MAX_TABLE, 0);
    if (size > MAX_OF_AGENTS) {
      report.warning(
          "Limited", field, size + " (expected: <= " + MAX_OF_AGENTS + "); agents make no more");
    }
    return size;
  }

  private static long tableSize(Field field, Report report) {
    long size = report.number(field, 2, MAX_MAGLEV, 0);
    if (size > 0 && !BigInteger.valueOf(size).isProbablePrime(PRIME_CERTAINTY)) {
      report.invalid(field, "a prime");
      return 0;
    }
    return size;
  }

  private static @Nullable HashPolicy hashPolicy(Field hash, Report report) {
    HashPolicy.Builder policy = HashPolicy.newBuilder();
    Field cookie = hash.get("httpCookie");
    if (!hash.get("httpHeaderName").text().isEmpty()) {
      String name = hash.get("httpHeaderName").text().toLowerCase(Locale.ROOT);
      return policy.setHeader(HashPolicy.Header.newBuilder().setHeaderName(name)).build();
    }
    if (!cookie.get("name").text().isEmpty()) {
      HashPolicy.Cookie.Builder made =
          HashPolicy.Cookie.newBuilder().setName(cookie.get("name").text());
      Duration ttl = report.duration(cookie.get("ttl"));
      if (ttl != null) {
        made.setTtl(Protos.duration(ttl));
        report.warning(
            "NotEnforced", cookie.get("ttl"), "clients do not make a cookie that is missing");
      }
      return policy.setCookie(made.setPath(cookie.get("path").text())).build();
    }
    if (hash.get("useSourceIp").bool(false)) {
      return policy
          .setConnectionProperties(HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true))
          .build();
    }
    if (!hash.get("httpQueryParameterName").text().isEmpty()) {
      String name = hash.get("httpQueryParameterName").text();
      return policy.setQueryParameter(HashPolicy.QueryParameter.newBuilder().setName(name)).build();
    }
    return null;
  }

  void applyTo(Cluster.Builder cluster) {
    cluster.setLbPolicy(policy);
    if (policy == LbPolicy.RING_HASH) {
      RingHashLbConfig.Builder ring = RingHashLbConfig.newBuilder();
      if (tableSize > 0) {
        ring.setMinimumRingSize(UInt64Value.of(tableSize));
      }
      cluster.setRingHashLbConfig(ring);
    } else if (policy == LbPolicy.MAGLEV && tableSize > 0) {
      cluster.setMaglevLbConfig(
          MaglevLbConfig.newBuilder().setTableSize(UInt64Value.of(tableSize)));
    }
  }
}
