/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Makes the status of a resource, in the form that its kind gives it. */
final class Statuses {
  private static final String ACCEPTED = "Accepted";
  private static final String CONTROLLER = "weft.dev/policy-server";

  /** What the Gateway API says of references, apart from the route itself. */
  private static final Set<String> REFERENCE_REASONS =
      Set.of("BackendNotFound", "InvalidKind", "RefNotPermitted", "UnsupportedProtocol");

  private Statuses() {}

  /**
   * Returns the status.
   *
   * @param findings what was found about this resource
   */
  static ObjectNode of(PolicyResource resource, List<Finding> findings, Instant now) {
    return resource.kind() == Kinds.HTTP_ROUTE
        ? ofRoute(resource, findings, now)
        : ofAny(resource, findings, now);
  }

  /** Istio's form, and that of most kinds: conditions of the resource as a whole. */
  private static ObjectNode ofAny(PolicyResource resource, List<Finding> findings, Instant now) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    JsonNode before = resource.json().at("/status/conditions");
    status.set(
        "conditions",
        new Conditions(before, resource.generation(), now)
            .holdsWithout(Conditions.only(findings, Finding::severe), ACCEPTED, ACCEPTED)
            .presentWith(Conditions.only(findings, finding -> !finding.severe()), "HasWarnings")
            .toJson());
    return status.put("observedGeneration", resource.generation());
  }

  /** The Gateway API's form: conditions for each parent. */
  private static ObjectNode ofRoute(PolicyResource resource, List<Finding> findings, Instant now) {
    List<Finding> ofReferences =
        Conditions.only(findings, finding -> REFERENCE_REASONS.contains(finding.reason()));
    List<Finding> ofRoute =
        Conditions.only(findings, finding -> finding.severe() && !ofReferences.contains(finding));
    List<Finding> warnings =
        Conditions.only(findings, finding -> !finding.severe() && !ofReferences.contains(finding));
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    ArrayNode parents = status.putArray("parents");
    int index = 0;
    for (JsonNode parentRef : resource.spec().path("parentRefs")) {
      JsonNode before = resource.json().at("/status/parents/" + index++ + "/conditions");
      ObjectNode parent = parents.addObject();
      parent.set("parentRef", parentRef);
      parent.put("controllerName", CONTROLLER);
      parent.set(
          "conditions",
          new Conditions(before, resource.generation(), now)
              .holdsWithout(ofRoute, ACCEPTED, ACCEPTED)
              .holdsWithout(ofReferences, "ResolvedRefs", "ResolvedRefs")
              .presentWith(warnings, "HasWarnings")
              .toJson());
    }
    if (parents.isEmpty()) { // there is no parent to say it of
      status.set(
          "conditions",
          new Conditions(resource.json().at("/status/conditions"), resource.generation(), now)
              .holdsWithout(ofRoute, ACCEPTED, ACCEPTED)
              .toJson());
    }
    return status;
  }
}
