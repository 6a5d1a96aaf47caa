/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.Mesh.PORT;
import static dev.weft.agent.engine.config.HeaderMutations.Mode.ADD_IF_ABSENT;
import static dev.weft.agent.engine.config.HeaderMutations.Mode.APPEND_IF_EXISTS_OR_ADD;
import static dev.weft.agent.engine.config.HeaderMutations.Mode.OVERWRITE_IF_EXISTS;
import static dev.weft.agent.engine.config.HeaderMutations.Mode.OVERWRITE_IF_EXISTS_OR_ADD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderMutations.Mode;
import dev.weft.agent.engine.config.HeaderTemplate;
import dev.weft.agent.engine.config.HeaderTemplate.Part;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.HeaderWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeaderMutationTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/").with("a", "0");

  static Stream<Arguments> operations() {
    return Stream.of(
        argumentSet("append", level(add("a", "1", APPEND_IF_EXISTS_OR_ADD)), none(), "{a=[0, 1]}"),
        argumentSet("set", level(add("a", "1", OVERWRITE_IF_EXISTS_OR_ADD)), none(), "{a=[1]}"),
        argumentSet("add, there", level(add("a", "1", ADD_IF_ABSENT)), none(), "{a=[0]}"),
        argumentSet("add, absent", level(add("b", "1", ADD_IF_ABSENT)), none(), "{a=[0], b=[1]}"),
        argumentSet(
            "overwrite, there", level(add("a", "1", OVERWRITE_IF_EXISTS)), none(), "{a=[1]}"),
        argumentSet(
            "overwrite, absent", level(add("b", "1", OVERWRITE_IF_EXISTS)), none(), "{a=[0]}"),
        argumentSet("remove", remove("a"), none(), "{}"),
        argumentSet(
            "removed by the route, then added",
            remove("a"),
            level(add("a", "1", ADD_IF_ABSENT)),
            "{a=[1]}"),
        argumentSet(
            "removed by the route, then not overwritten",
            remove("a"),
            level(add("a", "1", OVERWRITE_IF_EXISTS)),
            "{}"),
        argumentSet(
            "set by the route, then overwritten",
            level(add("b", "1", ADD_IF_ABSENT)),
            level(add("b", "2", OVERWRITE_IF_EXISTS)),
            "{a=[0], b=[2]}"),
        argumentSet(
            "set by the route, then removed",
            level(add("b", "1", ADD_IF_ABSENT)),
            remove("b"),
            "{a=[0]}"),
        argumentSet(
            "two that depend on what was there",
            level(add("a", "1", OVERWRITE_IF_EXISTS), add("b", "1", ADD_IF_ABSENT)),
            level(add("c", "1", OVERWRITE_IF_EXISTS)),
            "{a=[1], b=[1]}"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void requestsAreChangedByTheRouteAndThenByTheDestination(
      HeaderMutations route, HeaderMutations destination, String expected) {
    Attempt attempt = new Forwards().headers(route, destination).fixture().attempt(REQUEST);
    Map<String, List<String>> headers = headers("a", "0");

    assertThat(attempt.mutatesRequest()).isTrue();
    attempt.mutateRequest(headers, MapWriter.INSTANCE);

    assertThat(headers).hasToString(expected);
    assertThat(attempt.mutatesResponse()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void responsesAreChangedByTheSameRules(
      HeaderMutations route, HeaderMutations destination, String expected) {
    Attempt attempt =
        new Forwards().headers(turned(route), turned(destination)).fixture().attempt(REQUEST);
    Map<String, List<String>> headers = headers("a", "0");
    attempt.headers(
        200, -1, headers, (all, name) -> all.containsKey(name) ? all.get(name).get(0) : null);

    assertThat(attempt.mutatesResponse()).isTrue();
    attempt.mutateResponse(headers, MapWriter.INSTANCE);

    assertThat(headers).hasToString(expected);
    assertThat(attempt.mutatesRequest()).isFalse();
  }

  @Test
  void valuesAreMadeOfTheRequestAndNotWrittenIfNothingIsLeft() {
    HeaderMutations route =
        level(
            of("b", new Part.Text("was "), new Part.RequestHeader("a", "", 100)),
            of("c", new Part.RequestHeader("missing", ":path", 3)),
            of("d", new Part.RequestHeader("missing", "", 100)));
    StubRequest request = StubRequest.get("orders", PORT, "/items").with("a", "0");
    Attempt attempt = new Forwards().headers(route, none()).fixture().attempt(request);
    Map<String, List<String>> headers = headers("a", "0");

    attempt.mutateRequest(headers, MapWriter.INSTANCE);

    assertThat(headers).hasToString("{a=[0], b=[was 0], c=[/it]}");
  }

  private static HeaderValue of(String name, Part... parts) {
    return new HeaderValue(
        name, "", OVERWRITE_IF_EXISTS_OR_ADD, new HeaderTemplate(List.of(parts)));
  }

  @Test
  void aLibraryThatRefusesAHeaderDoesNotBreakTheCall() {
    EngineFixture fixture =
        new Forwards().headers(level(add("a", "1", OVERWRITE_IF_EXISTS_OR_ADD)), none()).fixture();
    HeaderWriter<String> refusing =
        new HeaderWriter<>() {
          @Override
          public void set(String headers, String name, String value) {
            throw new IllegalArgumentException("restricted header");
          }

          @Override
          public void add(String headers, String name, String value) {}

          @Override
          public void remove(String headers, String name) {}
        };

    fixture.attempt(REQUEST).mutateRequest("", refusing);

    assertThat(fixture.faults.last()).contains("restricted header");
  }

  private static Map<String, List<String>> headers(String name, String value) {
    Map<String, List<String>> headers = new TreeMap<>();
    headers.put(name, new ArrayList<>(List.of(value)));
    return headers;
  }

  private static HeaderValue add(String name, String value, Mode mode) {
    return new HeaderValue(name, value, mode);
  }

  private static HeaderMutations level(HeaderValue... values) {
    return new HeaderMutations(List.of(values), List.of(), List.of(), List.of());
  }

  private static HeaderMutations remove(String name) {
    return new HeaderMutations(List.of(), List.of(name), List.of(), List.of());
  }

  private static HeaderMutations none() {
    return HeaderMutations.NONE;
  }

  private static HeaderMutations turned(HeaderMutations request) {
    return new HeaderMutations(List.of(), List.of(), request.requestAdd(), request.requestRemove());
  }

  private static final class MapWriter implements HeaderWriter<Map<String, List<String>>> {
    private static final MapWriter INSTANCE = new MapWriter();

    @Override
    public void set(Map<String, List<String>> headers, String name, String value) {
      headers.put(name, new ArrayList<>(List.of(value)));
    }

    @Override
    public void add(Map<String, List<String>> headers, String name, String value) {
      headers.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    @Override
    public void remove(Map<String, List<String>> headers, String name) {
      headers.remove(name);
    }
  }
}
