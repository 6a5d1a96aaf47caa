/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ServerSideApplyTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Manager A = Manager.applying("a", "");
  private static final Manager B = Manager.applying("b", "");
  private static final Manager EDITOR = Manager.updating("editor", "");

  @Test
  void managersThatWantDifferentFieldsShareAResource() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': 1}}", A);

    live = apply(live, "{'spec': {'y': {'z': 2}}}", B);

    assertThat(live.path("spec")).hasToString("{\"x\":1,\"y\":{\"z\":2}}");
    assertThat(live.at("/metadata/managedFields"))
        .hasToString(
            "[{\"manager\":\"a\",\"operation\":\"Apply\",\"apiVersion\":\"g/v1\","
                + "\"time\":\"2026-01-01T00:00:00Z\",\"fieldsType\":\"FieldsV1\","
                + "\"fieldsV1\":{\"f:spec\":{\"f:x\":{}}}},"
                + "{\"manager\":\"b\",\"operation\":\"Apply\",\"apiVersion\":\"g/v1\","
                + "\"time\":\"2026-01-01T00:00:00Z\",\"fieldsType\":\"FieldsV1\","
                + "\"fieldsV1\":{\"f:spec\":{\"f:y\":{\"f:z\":{}}}}}]");
  }

  @Test
  void aFieldThatIsNoLongerWantedGoes() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': 1, 'y': {'z': 2}}}", A);

    live = apply(live, "{'spec': {'x': 1}}", A);

    assertThat(live.path("spec")).hasToString("{\"x\":1}");
  }

  @Test
  void aFieldThatAnotherManagerWantsTooStays() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': 1, 'y': 2}}", A);
    live = apply(live, "{'spec': {'y': 2}}", B);

    live = apply(live, "{'spec': {'x': 1}}", A);

    assertThat(live.path("spec")).hasToString("{\"x\":1,\"y\":2}");
  }

  @Test
  void anotherValueForAFieldOfAnotherManagerIsAConflict() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': {'y': 1}}}", A);

    assertThatThrownBy(() -> apply(live, "{'spec': {'x': {'y': 2}}}", B))
        .isInstanceOfSatisfying(
            ConflictException.class,
            e ->
                assertThat(e.describe())
                    .isEqualTo(
                        "Apply failed with 1 conflict: conflict with \"a\" using g/v1:"
                            + " .spec.x.y"));
  }

  @Test
  void forceTakesTheFieldFromTheOther() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': 1, 'y': 1}}", A);

    ObjectNode forced = ServerSideApply.apply(live, wanted("{'spec': {'x': 2}}"), B, true, NOW);

    assertThat(forced.path("spec")).hasToString("{\"x\":2,\"y\":1}");
    ObjectNode left = apply(forced, "{'spec': {'y': 1}}", A);
    assertThat(left.path("spec")).hasToString("{\"x\":2,\"y\":1}");
  }

  @Test
  void aListIsOneValue() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': [1, 2]}}", A);

    assertThatThrownBy(() -> apply(live, "{'spec': {'x': [1]}}", B))
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void anUpdateTakesWhatItChangesFromAllOthers() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': 1, 'y': 1}}", A);
    ObjectNode edited = live.deepCopy();
    edited.withObjectProperty("spec").put("x", 5).remove("y");

    ManagedFields owners = ManagedFields.of(live).afterUpdate(live, edited, EDITOR, NOW);

    assertThat(owners.toJson().toString())
        .contains("\"manager\":\"editor\",\"operation\":\"Update\"")
        .doesNotContain("\"manager\":\"a\"")
        .doesNotContain("f:y");
  }

  @Test
  void anUpdateThatChangesNothingOwnsNothing() throws Exception {
    ObjectNode live = apply(json("{}"), "{'spec': {'x': 1}}", A);

    ManagedFields owners = ManagedFields.of(live).afterUpdate(live, live.deepCopy(), EDITOR, NOW);

    assertThat(owners.sameOwners(ManagedFields.of(live))).isTrue();
  }

  @Test
  void labelsAreOwnedOneByOneAndIdentityByNobody() throws Exception {
    ObjectNode live =
        apply(json("{}"), "{'metadata': {'name': 'n', 'labels': {'a': '1', 'b/c': '2'}}}", A);

    assertThat(live.at("/metadata/managedFields/0/fieldsV1"))
        .hasToString("{\"f:metadata\":{\"f:labels\":{\"f:a\":{},\"f:b/c\":{}}}}");
  }

  private static ObjectNode apply(ObjectNode live, String wanted, Manager manager)
      throws ConflictException, JsonProcessingException {
    return ServerSideApply.apply(live, wanted(wanted), manager, false, NOW);
  }

  private static ObjectNode wanted(String text) throws JsonProcessingException {
    return json(text).put("apiVersion", "g/v1");
  }

  private static ObjectNode json(String text) throws JsonProcessingException {
    return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
  }
}
