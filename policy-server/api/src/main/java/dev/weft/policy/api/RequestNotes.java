/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the API and who guards it tell each other of a request, kept in its context. Not
 * instantiable.
 */
public final class RequestNotes {
  private static final AttributeKey<Set<String>> NAMESPACES =
      AttributeKey.valueOf(RequestNotes.class, "NAMESPACES");
  private static final AttributeKey<String> CHANGED =
      AttributeKey.valueOf(RequestNotes.class, "CHANGED");

  private RequestNotes() {}

  /**
   * Limits what the API tells of agents and tokens, and which tokens it makes.
   *
   * @param namespaces of which; empty for all
   */
  public static void limitTo(ServiceRequestContext context, Set<String> namespaces) {
    context.setAttr(NAMESPACES, Set.copyOf(namespaces));
  }

  /** Returns to which namespaces a request is limited; empty if it is not. */
  static Set<String> namespaces(ServiceRequestContext context) {
    Set<String> namespaces = context.attr(NAMESPACES);
    return namespaces == null ? Set.of() : namespaces;
  }

  /**
   * Returns what a request changed or made beyond what its path says, for people; null if nothing,
   * or before it is answered.
   */
  public static @Nullable String changed(ServiceRequestContext context) {
    return context.attr(CHANGED);
  }

  /** Keeps what a successful request that may have changed something was answered with. */
  static void answered(ServiceRequestContext context, JsonNode answer, boolean isDryRun) {
    String changed = describe(answer);
    if (changed != null) {
      context.setAttr(CHANGED, isDryRun ? changed + ", dry run" : changed);
    }
  }

  private static @Nullable String describe(JsonNode answer) {
    JsonNode metadata = answer.path("metadata");
    if (metadata.has("name")) {
      String version = metadata.path("resourceVersion").asText("");
      return answer.path("kind").asText()
          + " "
          + metadata.path("namespace").asText()
          + "/"
          + metadata.path("name").asText()
          + (version.isEmpty() ? "" : " at " + version);
    }
    if (answer.has("serviceAccount")) {
      return "token "
          + answer.path("id").asText()
          + " for "
          + answer.path("namespace").asText()
          + "/"
          + answer.path("serviceAccount").asText();
    }
    JsonNode details = answer.path("details");
    return details.has("name")
        ? details.path("kind").asText() + " " + details.path("name").asText()
        : null;
  }
}
