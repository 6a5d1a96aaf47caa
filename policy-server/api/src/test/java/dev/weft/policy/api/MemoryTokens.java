/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Join tokens in memory. */
final class MemoryTokens implements TokenDirectory {
  private final Map<String, ObjectNode> tokens = new LinkedHashMap<>();

  @Override
  public synchronized List<ObjectNode> tokens() {
    return List.copyOf(tokens.values());
  }

  @Override
  public synchronized ObjectNode create(
      String namespace, String serviceAccount, boolean reusable, Duration lifetime) {
    if (namespace.indexOf('/') >= 0) {
      throw new IllegalArgumentException("a namespace of '" + namespace + "'");
    }
    String id = "t" + tokens.size();
    ObjectNode token = JsonNodeFactory.instance.objectNode();
    token
        .put("id", id)
        .put("namespace", namespace)
        .put("serviceAccount", serviceAccount)
        .put("reusable", reusable)
        .put("expires", "in " + lifetime)
        .put("state", "good");
    tokens.put(id, token);
    return token.deepCopy().put("token", "weft1." + id + ".secret.pin");
  }

  @Override
  public synchronized @Nullable ObjectNode revoke(String id) {
    ObjectNode token = tokens.get(id);
    return token == null ? null : token.put("state", "revoked");
  }

  @Override
  public ObjectNode trust() {
    return JsonNodeFactory.instance.objectNode().put("trustDomain", "cluster.local");
  }
}
