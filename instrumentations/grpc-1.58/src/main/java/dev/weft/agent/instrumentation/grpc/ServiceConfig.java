/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** gRPC's service config, as the library's JSON objects. */
final class ServiceConfig {
  private static final Set<String> OF_THE_MESH =
      Set.of("loadBalancingConfig", "loadBalancingPolicy", "retryThrottling");
  private static final Set<String> OF_THE_MESH_BY_METHOD = Set.of("retryPolicy", "hedgingPolicy");

  private ServiceConfig() {}

  /**
   * Returns a copy without balancing, retries and hedging, which are the mesh's. Timeouts, size
   * limits and wait-for-ready stay: the application wants them of every call.
   */
  static Map<String, ?> withoutBalancingAndRetries(Map<String, ?> config) {
    Map<String, Object> result = new LinkedHashMap<>(config);
    result.keySet().removeAll(OF_THE_MESH);
    if (result.get("methodConfig") instanceof List<?> methods) {
      List<Object> stripped = new ArrayList<>();
      for (Object method : methods) {
        if (method instanceof Map<?, ?> fields) {
          Map<Object, Object> copy = new LinkedHashMap<>(fields);
          copy.keySet().removeAll(OF_THE_MESH_BY_METHOD);
          stripped.add(copy);
        }
      }
      result.put("methodConfig", stripped);
    }
    return result;
  }
}
