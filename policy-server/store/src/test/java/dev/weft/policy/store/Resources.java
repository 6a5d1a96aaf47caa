/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;

/** Small resources that differ in a value. */
final class Resources {
  private Resources() {}

  static PolicyResource virtualService(String name, String host) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("apiVersion", Kinds.VIRTUAL_SERVICE.apiVersion());
    json.put("kind", Kinds.VIRTUAL_SERVICE.name());
    json.putObject("metadata").put("name", name).put("namespace", "default");
    json.putObject("spec").putArray("hosts").add(host);
    return PolicyResource.of(Kinds.VIRTUAL_SERVICE, json);
  }

  static String host(StoredResource stored) {
    return stored.resource().json().at("/spec/hosts/0").asText();
  }
}
