/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import dev.weft.protocol.registry.v1.Port;
import dev.weft.protocol.registry.v1.Workload;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Shows the announced workloads as WorkloadEntries, in a store that the API reads. */
final class WorkloadEntries {
  private static final int MAX_NAME_LENGTH = 253;

  private final Store shown;

  WorkloadEntries(Store shown) {
    this.shown = shown;
  }

  /** Makes the store show these agents and no others. */
  synchronized void show(List<AgentView> agents) {
    Map<ResourceKey, PolicyResource> wanted = new LinkedHashMap<>();
    for (AgentView agent : agents) {
      PolicyResource entry = entry(agent);
      wanted.put(entry.key(), entry);
    }
    for (StoredResource stored : shown.list().items()) {
      PolicyResource entry = wanted.remove(stored.key());
      if (entry == null) {
        shown.delete(stored.key(), stored.revision());
      } else if (!entry.json().equals(stored.resource().json())) {
        shown.replace(entry, stored.revision());
      }
    }
    wanted.values().forEach(shown::create);
  }

  private static PolicyResource entry(AgentView agent) {
    Workload workload = agent.workload();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("apiVersion", Kinds.WORKLOAD_ENTRY.apiVersion());
    json.put("kind", Kinds.WORKLOAD_ENTRY.name());
    ObjectNode metadata = json.putObject("metadata");
    metadata.put("name", name(workload)).put("namespace", workload.getNamespace());
    metadata.put(
        "uid",
        UUID.nameUUIDFromBytes(workload.getNodeId().getBytes(StandardCharsets.UTF_8)).toString());
    metadata.put(
        "creationTimestamp", agent.connectedAt().truncatedTo(ChronoUnit.SECONDS).toString());
    metadata.putObject("labels").put("weft.dev/service", workload.getService());
    ObjectNode spec = json.putObject("spec");
    if (workload.getAddressesCount() > 0) {
      spec.put("address", workload.getAddresses(0));
    }
    ObjectNode ports = spec.putObject("ports");
    for (Port port : workload.getPortsList()) {
      ports.put(port.getProtocol() + "-" + port.getServicePort(), port.getTargetPort());
    }
    ObjectNode labels = spec.putObject("labels");
    workload.getLabelsMap().forEach(labels::put);
    if (!workload.getLocality().isEmpty()) {
      spec.put("locality", workload.getLocality());
    }
    if (workload.getWeight() > 0) {
      spec.put("weight", workload.getWeight());
    }
    if (!workload.getServiceAccount().isEmpty()) {
      spec.put("serviceAccount", workload.getServiceAccount());
    }
    return PolicyResource.of(Kinds.WORKLOAD_ENTRY, json);
  }

  /** Service and instance, in letters that a name may have. */
  private static String name(Workload workload) {
    String name =
        (workload.getService() + "-" + workload.getInstance())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9.-]", "-")
            .replaceAll("(^[.-]+)|([.-]+$)", "");
    return name.length() <= MAX_NAME_LENGTH ? name : name.substring(0, MAX_NAME_LENGTH);
  }
}
