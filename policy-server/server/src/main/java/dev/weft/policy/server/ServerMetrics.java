/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.ca.IssuanceCounts;
import dev.weft.policy.discovery.DiscoveryServer;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.server.access.AccessControl;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Which numbers a policy server has about itself. */
final class ServerMetrics {
  private static final double MILLIS_PER_SECOND = 1000;

  private ServerMetrics() {}

  static Metrics of(
      Store policies,
      DiscoveryServer discovery,
      IssuanceCounts certificates,
      AccessControl control) {
    Runtime runtime = Runtime.getRuntime();
    return new Metrics()
        .gauge("weft_store_revision", "Revision of the last write.", policies::revision)
        .gauges("weft_policies", "Resources that are kept.", () -> countByKind(policies))
        .gauges("weft_agents", "Agents in the mesh.", () -> agents(discovery))
        .gauge("weft_ads_streams", "Open ADS streams.", discovery::connectedStreams)
        .gauge("weft_certificates_issued", "Certificates issued.", certificates::issuedSoFar)
        .gauges(
            "weft_certificates_refused",
            "Requests for certificates that were refused.",
            () -> refusals(certificates))
        .gauge(
            "weft_api_requests_limited",
            "Requests to the API that came too often and were refused.",
            control::limitedSoFar)
        .gauge(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970.",
            () -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND)
        .gauge(
            "jvm_memory_used_bytes",
            "Used heap.",
            () -> runtime.totalMemory() - runtime.freeMemory())
        .gauge("jvm_memory_max_bytes", "The largest heap there may be.", runtime::maxMemory);
  }

  private static Map<String, Number> countByKind(Store policies) {
    Map<String, Number> counts = new TreeMap<>();
    for (Kind kind : Kinds.all()) {
      if (!kind.isReadOnly()) {
        counts.put(label(kind), 0);
      }
    }
    for (StoredResource stored : policies.list().items()) {
      counts.merge(label(stored.key().kind()), 1, (a, b) -> a.intValue() + b.intValue());
    }
    return counts;
  }

  private static String label(Kind kind) {
    return "kind=\"" + kind.name() + "\"";
  }

  private static Map<String, Number> refusals(IssuanceCounts certificates) {
    Map<String, Number> counts = new TreeMap<>();
    certificates
        .refusedSoFar()
        .forEach(
            (reason, count) ->
                counts.put("reason=\"" + reason.name().toLowerCase(Locale.ROOT) + "\"", count));
    return counts;
  }

  private static Map<String, Number> agents(DiscoveryServer discovery) {
    int connected = 0;
    int leased = 0;
    for (var agent : discovery.agents()) {
      if (agent.isConnected()) {
        connected++;
      } else {
        leased++;
      }
    }
    return Map.of("state=\"connected\"", connected, "state=\"lease\"", leased);
  }
}
