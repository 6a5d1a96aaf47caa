/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who owns which field of a resource: {@code metadata.managedFields}. Several may own the same
 * field, if they want the same value. Immutable.
 */
public final class ManagedFields {
  private final Map<Manager, Entry> entries;

  private ManagedFields(Map<Manager, Entry> entries) {
    this.entries = new LinkedHashMap<>(entries);
    this.entries.values().removeIf(entry -> entry.fields().isEmpty());
  }

  /** Reads the managed fields of a resource; entries that are none are left out. */
  public static ManagedFields of(JsonNode resource) {
    Map<Manager, Entry> entries = new LinkedHashMap<>();
    for (JsonNode json : resource.path("metadata").path("managedFields")) {
      String name = json.path("manager").asText("");
      if (!name.isEmpty()) {
        Manager manager =
            new Manager(
                name,
                json.path("operation").asText().equals("Apply"),
                json.path("subresource").asText(""));
        entries.put(
            manager,
            new Entry(
                json.path("apiVersion").asText(),
                json.path("time").asText(),
                FieldSet.parse(json.path("fieldsV1"))));
      }
    }
    return new ManagedFields(entries);
  }

  /**
   * Returns the owners after a manager wrote a resource in any way but apply: it owns what it
   * changed, nobody else does, and nobody owns what is gone.
   *
   * @param before an empty object if the resource is new
   */
  public ManagedFields afterUpdate(JsonNode before, JsonNode after, Manager manager, Instant now) {
    FieldSet fieldsAfter = FieldSet.of(after);
    FieldSet changed =
        fieldsAfter.only(
            path -> !FieldSet.valueAt(before, path).equals(FieldSet.valueAt(after, path)));
    FieldSet lost = changed.plus(FieldSet.of(before).minus(fieldsAfter));
    if (lost.isEmpty()) {
      return this;
    }
    Map<Manager, Entry> updated = new LinkedHashMap<>();
    entries.forEach(
        (other, entry) -> updated.put(other, entry.withFields(entry.fields().minus(lost))));
    if (!changed.isEmpty()) {
      Entry own = entries.get(manager);
      FieldSet kept = own == null ? new FieldSet(Set.of()) : own.fields().minus(lost);
      updated.put(manager, entry(after, now, kept.plus(changed)));
    }
    return new ManagedFields(updated);
  }

  /** Returns whether these say the same as others, whenever it was said. */
  public boolean sameOwners(ManagedFields others) {
    return fieldsByManager().equals(others.fieldsByManager());
  }

  /** Returns the managed fields as JSON. */
  public ArrayNode toJson() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    entries.forEach(
        (manager, entry) -> {
          ObjectNode one = json.addObject();
          one.put("manager", manager.name()).put("operation", manager.operation());
          one.put("apiVersion", entry.apiVersion()).put("time", entry.time());
          one.put("fieldsType", "FieldsV1").set("fieldsV1", entry.fields().toJson());
          if (!manager.subresource().isEmpty()) {
            one.put("subresource", manager.subresource());
          }
        });
    return json;
  }

  FieldSet fieldsOf(Manager manager) {
    Entry entry = entries.get(manager);
    return entry == null ? new FieldSet(Set.of()) : entry.fields();
  }

  List<Manager> othersWhoOwn(List<String> path, Manager manager) {
    List<Manager> owners = new ArrayList<>();
    entries.forEach(
        (other, entry) -> {
          if (!other.equals(manager) && entry.fields().contains(path)) {
            owners.add(other);
          }
        });
    return owners;
  }

  String apiVersionOf(Manager manager) {
    Entry entry = entries.get(manager);
    return entry == null ? "" : entry.apiVersion();
  }

  /** Returns these with the fields of one manager set, and some of them taken from all others. */
  ManagedFields with(Manager manager, FieldSet fields, FieldSet taken, JsonNode by, Instant now) {
    Map<Manager, Entry> updated = new LinkedHashMap<>();
    entries.forEach(
        (other, entry) -> updated.put(other, entry.withFields(entry.fields().minus(taken))));
    Entry own = entries.get(manager);
    boolean isSame = own != null && own.fields().paths().equals(fields.paths());
    updated.put(manager, isSame ? own : entry(by, now, fields));
    return new ManagedFields(updated);
  }

  private Map<Manager, Set<List<String>>> fieldsByManager() {
    Map<Manager, Set<List<String>>> fields = new LinkedHashMap<>();
    entries.forEach((manager, entry) -> fields.put(manager, entry.fields().paths()));
    return fields;
  }

  private static Entry entry(JsonNode resource, Instant now, FieldSet fields) {
    return new Entry(
        resource.path("apiVersion").asText(),
        now.truncatedTo(ChronoUnit.SECONDS).toString(),
        fields);
  }

  private record Entry(String apiVersion, String time, FieldSet fields) {
    Entry withFields(FieldSet other) {
      return new Entry(apiVersion, time, other);
    }
  }
}
