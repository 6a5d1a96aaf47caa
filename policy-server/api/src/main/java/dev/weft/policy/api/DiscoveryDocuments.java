/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells clients what is served: groups, versions and kinds, one by one and all at once. */
final class DiscoveryDocuments {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** A name for all kinds together: {@code kubectl get weft}. */
  private static final String CATEGORY = "weft";

  /** The Kubernetes version whose conventions are followed; clients compare it with their own. */
  private static final String KUBERNETES_MINOR = "32";

  private DiscoveryDocuments() {}

  static ObjectNode version() {
    ObjectNode version = NODES.objectNode();
    version.put("major", "1").put("minor", KUBERNETES_MINOR);
    version.put("gitVersion", "v1." + KUBERNETES_MINOR + ".0+weft");
    version.put("gitCommit", "").put("gitTreeState", "clean").put("buildDate", "");
    version.put("goVersion", "").put("compiler", "javac");
    return version.put("platform", "java/" + Runtime.version().feature());
  }

  /** Returns the versions of the core group. */
  static ObjectNode coreVersions() {
    ObjectNode versions = NODES.objectNode();
    versions.put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    versions.putArray("serverAddressByClientCIDRs");
    return versions;
  }

  static ObjectNode groups() {
    ObjectNode groups = NODES.objectNode();
    groups.put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode all = groups.putArray("groups");
    versionsByGroup(false).forEach((name, versions) -> all.add(group(name, versions)));
    return groups;
  }

  /** Returns one group, or null if it is not served. */
  static @Nullable ObjectNode group(String name) {
    List<String> versions = versionsByGroup(false).get(name);
    return versions == null
        ? null
        : group(name, versions).put("kind", "APIGroup").put("apiVersion", "v1");
  }

  /** Returns the kinds of a version of a group, or null if it is not served. */
  static @Nullable ObjectNode resources(String group, String version) {
    ObjectNode list = NODES.objectNode();
    list.put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
    ArrayNode resources = list.putArray("resources");
    for (ApiResource resource : ApiResource.all()) {
      if (resource.group().equals(group) && resource.versions().contains(version)) {
        resources.add(entry(resource, resource.plural(), resource.verbs()));
        if (resource.hasStatus()) {
          resources.add(
              entry(resource, resource.plural() + "/status", List.of("get", "patch", "update")));
        }
      }
    }
    return resources.isEmpty() ? null : list;
  }

  /** Returns all groups with all kinds; the core group, or all others. */
  static ObjectNode aggregated(boolean isCore) {
    ObjectNode list = NODES.objectNode();
    list.put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
    list.putObject("metadata");
    ArrayNode items = list.putArray("items");
    versionsByGroup(isCore)
        .forEach(
            (group, versions) -> {
              ObjectNode item = items.addObject();
              ObjectNode metadata = item.putObject("metadata");
              if (!isCore) {
                metadata.put("name", group);
              }
              ArrayNode all = item.putArray("versions");
              for (String version : versions) {
                ObjectNode one = all.addObject().put("version", version);
                one.put("freshness", "Current");
                ArrayNode resources = one.putArray("resources");
                for (ApiResource resource : ApiResource.all()) {
                  if (resource.group().equals(group) && resource.versions().contains(version)) {
                    resources.add(aggregated(resource, version));
                  }
                }
              }
            });
    return list;
  }

  private static ObjectNode aggregated(ApiResource resource, String version) {
    ObjectNode json = NODES.objectNode();
    json.put("resource", resource.plural());
    json.set("responseKind", responseKind(resource, version));
    json.put("scope", resource.isNamespaced() ? "Namespaced" : "Cluster");
    json.put("singularResource", resource.singular());
    addAll(json.putArray("verbs"), resource.verbs());
    addAll(json.putArray("shortNames"), resource.shortNames());
    if (resource.kind() != null) {
      json.putArray("categories").add(CATEGORY);
    }
    if (resource.hasStatus()) {
      ObjectNode status = json.putArray("subresources").addObject();
      status.put("subresource", "status");
      status.set("responseKind", responseKind(resource, version));
      addAll(status.putArray("verbs"), List.of("get", "patch", "update"));
    }
    return json;
  }

  private static ObjectNode responseKind(ApiResource resource, String version) {
    return NODES
        .objectNode()
        .put("group", resource.group())
        .put("version", version)
        .put("kind", resource.name());
  }

  private static ObjectNode entry(ApiResource resource, String name, List<String> verbs) {
    ObjectNode entry = NODES.objectNode();
    entry.put("name", name).put("singularName", resource.singular());
    entry.put("namespaced", resource.isNamespaced()).put("kind", resource.name());
    addAll(entry.putArray("verbs"), verbs);
    addAll(entry.putArray("shortNames"), resource.shortNames());
    if (resource.kind() != null) {
      entry.putArray("categories").add(CATEGORY);
    }
    return entry;
  }

  private static ObjectNode group(String name, List<String> versions) {
    ObjectNode group = NODES.objectNode();
    group.put("name", name);
    ArrayNode all = group.putArray("versions");
    for (String version : versions) {
      all.addObject().put("groupVersion", name + "/" + version).put("version", version);
    }
    group
        .putObject("preferredVersion")
        .put("groupVersion", name + "/" + versions.get(0))
        .put("version", versions.get(0));
    return group;
  }

  private static Map<String, List<String>> versionsByGroup(boolean isCore) {
    Map<String, List<String>> versions = new LinkedHashMap<>();
    for (ApiResource resource : ApiResource.all()) {
      if (resource.group().isEmpty() == isCore) {
        versions.merge(
            resource.group(),
            resource.versions(),
            (known, more) -> known.size() >= more.size() ? known : more);
      }
    }
    return versions;
  }

  private static void addAll(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }
}
