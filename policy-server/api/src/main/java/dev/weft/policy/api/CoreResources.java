/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.StoredResource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The core kinds that clients look for: namespaces, which are those in use and {@code default}, and
 * events. Both are made when they are asked for.
 */
final class CoreResources {
  private final Stores stores;
  private final EventLog events;

  CoreResources(Stores stores, EventLog events) {
    this.stores = stores;
    this.events = events;
  }

  List<ObjectNode> list(ApiResource resource, @Nullable String namespace) {
    List<ObjectNode> items = new ArrayList<>();
    if (resource.equals(ApiResource.NAMESPACE)) {
      namespaces().forEach(name -> items.add(namespace(name)));
    } else {
      for (EventLog.Recorded recorded : events.list()) {
        if (namespace == null || recorded.event().resource().namespace().equals(namespace)) {
          items.add(event(recorded));
        }
      }
    }
    return items;
  }

  private Set<String> namespaces() {
    Set<String> names = new TreeSet<>(List.of("default"));
    for (StoredResource stored : stores.policies().list().items()) {
      names.add(stored.key().namespace());
    }
    for (StoredResource stored : stores.shown().list().items()) {
      names.add(stored.key().namespace());
    }
    return names;
  }

  private static ObjectNode namespace(String name) {
    ObjectNode namespace = JsonNodeFactory.instance.objectNode();
    namespace.put("apiVersion", "v1").put("kind", "Namespace");
    ObjectNode metadata = namespace.putObject("metadata");
    metadata.put("name", name).put("uid", uid("namespace/" + name));
    metadata.putObject("labels").put("kubernetes.io/metadata.name", name);
    namespace.putObject("status").put("phase", "Active");
    return namespace;
  }

  private ObjectNode event(EventLog.Recorded recorded) {
    EventLog.Event event = recorded.event();
    ResourceKey about = event.resource();
    String uid = uid(about + event.reason() + event.message() + event.source());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("apiVersion", "v1").put("kind", "Event");
    json.putObject("metadata")
        .put("name", about.name() + "." + uid.substring(0, 8))
        .put("namespace", about.namespace())
        .put("uid", uid)
        .put("creationTimestamp", seconds(recorded.times().first()));
    ObjectNode involved = json.putObject("involvedObject");
    involved.put("apiVersion", about.kind().apiVersion()).put("kind", about.kind().name());
    involved.put("namespace", about.namespace()).put("name", about.name());
    StoredResource stored = stores.of(about.kind()).get(about);
    if (stored != null) {
      involved.set("uid", stored.resource().json().path("metadata").path("uid"));
    }
    json.put("type", event.isWarning() ? "Warning" : "Normal");
    json.put("reason", event.reason()).put("message", event.message());
    json.putObject("source").put("component", event.source());
    json.put("firstTimestamp", seconds(recorded.times().first()));
    json.put("lastTimestamp", seconds(recorded.times().last()));
    return json.put("count", recorded.times().count());
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String uid(String of) {
    return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
