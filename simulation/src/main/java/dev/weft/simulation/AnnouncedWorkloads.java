/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.compiler.Workload;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the WorkloadEntries that the policy server shows for announced workloads. */
final class AnnouncedWorkloads {
  private static final String SERVICE_LABEL = "weft.dev/service";

  private AnnouncedWorkloads() {}

  /** Returns the workloads among the resources; an entry that names no service is none. */
  static List<Workload> of(Collection<PolicyResource> resources) {
    List<Workload> workloads = new ArrayList<>();
    for (PolicyResource resource : resources) {
      if (resource.kind() == Kinds.WORKLOAD_ENTRY && resource.labels().containsKey(SERVICE_LABEL)) {
        workloads.add(workload(resource));
      }
    }
    return workloads;
  }

  private static Workload workload(PolicyResource entry) {
    JsonNode spec = entry.spec();
    Map<String, String> labels = new LinkedHashMap<>();
    spec.path("labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return new Workload(
        entry.namespace() + "/" + entry.name(),
        entry.labels().getOrDefault(SERVICE_LABEL, ""),
        entry.namespace(),
        entry.name(),
        spec.path("address").asText(),
        labels,
        ports(spec.path("ports")),
        spec.path("locality").asText(""),
        Math.max(1, spec.path("weight").asInt(1)));
  }

  /** A port is named by its protocol and by the port that callers name: {@code http-80}. */
  private static List<Workload.Port> ports(JsonNode ports) {
    List<Workload.Port> read = new ArrayList<>();
    ports
        .properties()
        .forEach(
            port -> {
              int dash = port.getKey().lastIndexOf('-');
              String number = port.getKey().substring(dash + 1);
              if (dash > 0 && number.matches("[0-9]{1,5}")) {
                read.add(
                    new Workload.Port(
                        Integer.parseInt(number),
                        port.getValue().asInt(),
                        port.getKey().substring(0, dash),
                        false));
              }
            });
    return read;
  }
}
