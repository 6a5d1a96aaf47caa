/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a test compiles: resources, and in a document of its own, which is no resource, {@code
 * caller}, {@code workloads}, {@code outboundPolicy}, {@code trustDomain} with {@code
 * trustDomainAliases}, and with "show" the types that a golden file is to hold.
 */
record World(
    MeshSettings settings,
    List<PolicyResource> resources,
    List<Workload> workloads,
    String callerNamespace,
    Map<String, String> callerLabels,
    String callerLocality,
    List<String> shown) {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  static World read(String yaml) throws IOException {
    List<PolicyResource> resources = new ArrayList<>();
    List<Workload> workloads = new ArrayList<>();
    MeshSettings settings = MeshSettings.DEFAULT;
    Field caller = Field.missing("caller");
    List<String> shown = List.of();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document.has("kind")) {
          resources.add(resource((ObjectNode) document));
          continue;
        }
        Field world = new Field(document, "world");
        caller = world.get("caller");
        shown = world.get("show").texts();
        world.get("workloads").items().forEach(workload -> workloads.add(workload(workload)));
        settings =
            settings
                .withOutboundPolicy(
                    MeshSettings.OutboundPolicy.valueOf(
                        world.get("outboundPolicy").text("ALLOW_ANY")))
                .withTrustDomain(
                    world.get("trustDomain").text("cluster.local"),
                    world.get("trustDomainAliases").texts());
      }
    }
    return new World(
        settings,
        resources,
        workloads,
        caller.get("namespace").text("default"),
        caller.get("labels").textMembers(),
        caller.get("locality").text(),
        shown);
  }

  boolean shows(String typeUrl) {
    return shown.isEmpty() || shown.contains(typeUrl.substring(typeUrl.lastIndexOf('.') + 1));
  }

  private static PolicyResource resource(ObjectNode document) {
    Kind kind =
        Kinds.byApiVersion(document.path("apiVersion").asText(), document.path("kind").asText());
    if (kind == null) {
      throw new IllegalArgumentException("no such kind: " + document.path("kind"));
    }
    return PolicyResource.of(kind, document);
  }

  private static Workload workload(Field workload) {
    List<Workload.Port> ports = new ArrayList<>();
    for (Field port : workload.get("ports").items()) {
      int number = (int) port.get("port").number(0);
      ports.add(
          new Workload.Port(
              number,
              (int) port.get("target").number(number),
              port.get("protocol").text("http"),
              port.get("tls").bool(false)));
    }
    String service = workload.get("service").text();
    String namespace = workload.get("namespace").text("default");
    String address = workload.get("address").text();
    String instance = workload.get("instance").text(service + "-" + address);
    return new Workload(
        "sidecar~"
            + address
            + "~"
            + instance
            + "."
            + namespace
            + "~"
            + namespace
            + ".svc.cluster.local",
        service,
        namespace,
        instance,
        address,
        workload.get("labels").textMembers(),
        ports,
        workload.get("locality").text(),
        (int) workload.get("weight").number(1),
        workload.get("account").text("default"));
  }

  Compilation compile() {
    return Compilation.of(settings, resources, workloads);
  }

  Snapshot snapshot() {
    Compilation compilation = compile();
    return compilation.snapshot(
        compilation.audience(callerNamespace, callerLabels, callerLocality));
  }
}
