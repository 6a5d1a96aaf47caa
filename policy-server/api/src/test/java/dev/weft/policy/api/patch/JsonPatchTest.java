/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JsonPatchTest {
  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("patches")
  void anOperationChangesTheTarget(String patch, String patched)
      throws JsonProcessingException, PatchException {
    JsonNode target = json("{'a': {'b': [1, 2]}, 'c': null}");

    assertThat(JsonPatch.apply(target, json(patch))).isEqualTo(json(patched));
    assertThat(target).isEqualTo(json("{'a': {'b': [1, 2]}, 'c': null}"));
  }

  static Stream<Arguments> patches() {
    return Stream.of(
        argumentSet(
            "add a field",
            "[{'op': 'add', 'path': '/d', 'value': 1}]",
            "{'a': {'b': [1, 2]}, 'c': null, 'd': 1}"),
        argumentSet(
            "add into a list",
            "[{'op': 'add', 'path': '/a/b/1', 'value': 9}]",
            "{'a': {'b': [1, 9, 2]}, 'c': null}"),
        argumentSet(
            "add at the end",
            "[{'op': 'add', 'path': '/a/b/-', 'value': 9}]",
            "{'a': {'b': [1, 2, 9]}, 'c': null}"),
        argumentSet("remove", "[{'op': 'remove', 'path': '/a'}]", "{'c': null}"),
        argumentSet(
            "remove from a list",
            "[{'op': 'remove', 'path': '/a/b/0'}]",
            "{'a': {'b': [2]}, 'c': null}"),
        argumentSet(
            "replace",
            "[{'op': 'replace', 'path': '/a/b/0', 'value': {}}]",
            "{'a': {'b': [{}, 2]}, 'c': null}"),
        argumentSet("replace all", "[{'op': 'replace', 'path': '', 'value': 1}]", "1"),
        argumentSet(
            "move",
            "[{'op': 'move', 'from': '/a/b', 'path': '/d'}]",
            "{'a': {}, 'c': null, 'd': [1, 2]}"),
        argumentSet(
            "copy",
            "[{'op': 'copy', 'from': '/a/b/1', 'path': '/c'}]",
            "{'a': {'b': [1, 2]}, 'c': 2}"),
        argumentSet(
            "test, then go on",
            "[{'op': 'test', 'path': '/a/b/1', 'value': 2}, {'op': 'remove', 'path': '/c'}]",
            "{'a': {'b': [1, 2]}}"));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("misfits")
  void anOperationThatDoesNotFitIsNamed(String patch, String message)
      throws JsonProcessingException {
    JsonNode target = json("{'a': {'b': [1, 2]}}");
    JsonNode operations = json(patch);

    assertThatThrownBy(() -> JsonPatch.apply(target, operations))
        .isInstanceOf(PatchException.class)
        .hasMessage(message);
  }

  static Stream<Arguments> misfits() {
    return Stream.of(
        argumentSet("no list", "{}", "the patch is no list of operations"),
        argumentSet(
            "a failing test",
            "[{'op': 'test', 'path': '/a/b/0', 'value': 7}]",
            "operation [0]: test: /a/b/0 is 1 (expected: 7)"),
        argumentSet(
            "nothing to remove",
            "[{'op': 'remove', 'path': '/x'}]",
            "operation [0]: path: there is nothing at /x"),
        argumentSet(
            "no such index",
            "[{'op': 'add', 'path': '/a/b/3', 'value': 7}]",
            "operation [0]: path: /a/b/3 is no index (expected: 0 to 2)"),
        argumentSet(
            "an unknown operation",
            "[{'op': 'swap', 'path': '/a'}]",
            "operation [0]: op: \"swap\" (expected: one of add, remove, replace, move, copy,"
                + " test)"),
        argumentSet(
            "no value",
            "[{'op': 'add', 'path': '/x'}]",
            "operation [0]: value: missing (expected: any JSON)"),
        argumentSet(
            "no path",
            "[{'op': 'remove'}]",
            "operation [0]: path: missing (expected: a JSON pointer)"));
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }
}
