/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The endpoints of one priority and its localities, as they were pushed. Immutable. */
final class PriorityLevel {
  final Endpoint[] endpoints;

  /** Empty if load is not split by locality. */
  final List<Locality> localities;

  /** Null if the algorithm is no consistent hash. */
  final @Nullable HashTable table;

  PriorityLevel(List<Endpoint> all, ClusterConfig cluster) {
    endpoints = all.toArray(new Endpoint[0]);
    List<Locality> byLocality = localities(all);
    table =
        switch (cluster.loadBalancing()) {
          case RING_HASH -> new Ring(endpoints, hashWeights(byLocality), cluster.hashTableSize());
          case MAGLEV -> new Maglev(endpoints, hashWeights(byLocality), cluster.hashTableSize());
          default -> null;
        };
    localities = table == null ? byLocality : List.of();
  }

  /** Groups by locality if any endpoint has a locality weight; those without take no load then. */
  private static List<Locality> localities(List<Endpoint> all) {
    Map<String, List<Endpoint>> members = new LinkedHashMap<>();
    Map<String, Integer> weights = new LinkedHashMap<>();
    for (Endpoint endpoint : all) {
      EndpointConfig config = endpoint.destination().endpoint();
      if (config != null && config.localityWeight() > 0) {
        members.computeIfAbsent(config.locality(), name -> new ArrayList<>()).add(endpoint);
        weights.putIfAbsent(config.locality(), config.localityWeight());
      }
    }
    List<Locality> localities = new ArrayList<>();
    members.forEach(
        (name, endpoints) ->
            localities.add(
                new Locality(endpoints.toArray(new Endpoint[0]), weights.getOrDefault(name, 1))));
    return localities;
  }

  /** A consistent hash has no localities: their weights go into the endpoints'. */
  private double[] hashWeights(List<Locality> byLocality) {
    double[] weights = new double[endpoints.length];
    double sum = 0;
    for (int i = 0; i < endpoints.length; i++) {
      weights[i] = endpoints[i].weight() * localityShare(endpoints[i], byLocality);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  private static double localityShare(Endpoint endpoint, List<Locality> byLocality) {
    for (Locality locality : byLocality) {
      long sum = 0;
      boolean member = false;
      for (Endpoint other : locality.endpoints) {
        sum += other.weight();
        member |= other == endpoint;
      }
      if (member) {
        return (double) locality.weight / sum;
      }
    }
    // Without localities all count alike; beside localities that have a weight it counts as
    // nothing,
    // which a table cannot say, so it is made very light.
    return byLocality.isEmpty() ? 1 : 1e-6;
  }

  /** The endpoints of a locality that has a weight. */
  static final class Locality {
    final Endpoint[] endpoints;
    final int weight;

    Locality(Endpoint[] endpoints, int weight) {
      this.endpoints = endpoints;
      this.weight = weight;
    }
  }
}
