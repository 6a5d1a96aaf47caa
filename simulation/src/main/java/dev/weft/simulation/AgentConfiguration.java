/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.control.translate.Translator;
import dev.weft.agent.control.translate.Translator.Translated;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.agent.engine.Engine;
import dev.weft.agent.engine.EngineClock;
import dev.weft.agent.engine.EngineObserver;
import dev.weft.agent.engine.Explanation;
import dev.weft.agent.engine.FaultLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What one agent holds, and what it does by it: its own translation and engine. Immutable. */
public final class AgentConfiguration {
  /** Stands for the addresses of a name in DNS, which only the agent itself looks up. */
  static final String UNRESOLVED = "0.0.0.0";

  private final List<XdsResource> resources;
  private final Translated translated;

  private AgentConfiguration(List<XdsResource> resources) {
    this.resources = List.copyOf(resources);
    this.translated = Translator.translate(resources, name -> List.of(UNRESOLVED));
  }

  static AgentConfiguration of(List<XdsResource> resources) {
    return new AgentConfiguration(resources);
  }

  /**
   * Reads what a policy server answers for {@code /weft/v1/agents/<node id>/config}.
   *
   * @throws IllegalArgumentException if it is no such answer
   */
  public static AgentConfiguration ofPush(JsonNode answer) {
    if (!answer.path("resources").isArray()) {
      throw new IllegalArgumentException("resources: missing (expected: an array of resources)");
    }
    List<XdsResource> resources = new ArrayList<>();
    for (JsonNode resource : answer.path("resources")) {
      String name = resource.path("name").asText();
      try {
        resources.add(
            XdsResource.of(
                resource.path("typeUrl").asText(),
                name,
                resource.path("version").asText(),
                resource.path("value").binaryValue()));
      } catch (IOException e) {
        throw new IllegalArgumentException("value of " + name + ": no base 64", e);
      }
    }
    return new AgentConfiguration(resources);
  }

  /** Returns the version that an agent reports once it applies this and nothing else. */
  public String version() {
    return translated.config().version();
  }

  /** Returns what is not applied as it is pushed; nothing if all is well. */
  public List<ResourceProblem> problems() {
    return translated.problems();
  }

  /** Returns what is done with a request, and why. */
  public Explanation explain(Request request) {
    return engine(ThreadLocalRandom::current)
        .explain(
            request.method(), request.host(), request.port(), request.path(), request.headers());
  }

  /**
   * Returns what is done with a request, and why, as a document: {@code request}, {@code outcome},
   * {@code listener}, {@code virtualHost}, {@code domain}, {@code routes} (each with the resource
   * that it comes from, and why the request does not match it), {@code reply}, {@code clusters}
   * with their endpoints, {@code effects}, {@code reasons}, and {@code notApplied}.
   */
  public ObjectNode explanation(Request request) {
    ObjectNode document =
        new ExplanationDocument(RouteOrigins.of(resources)).of(request, explain(request));
    document.putArray("notApplied").addAll(problems().stream().map(this::toJson).toList());
    return document;
  }

  private ObjectNode toJson(ResourceProblem problem) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", problem.typeUrl().substring(problem.typeUrl().lastIndexOf('.') + 1))
        .put("name", problem.name())
        .put("state", problem.state().text())
        .put("reason", problem.reason());
  }

  List<XdsResource> resources() {
    return resources;
  }

  /** Returns an agent's engine that decides by this. */
  Engine engine(Supplier<? extends RandomGenerator> random) {
    Engine engine =
        Engine.create(
            EngineClock.SYSTEM,
            new FaultLog(
                EngineClock.SYSTEM,
                (doing, fault) -> {
                  throw new IllegalStateException(doing, fault);
                }),
            EngineObserver.NONE,
            random);
    engine.apply(translated.config());
    return engine;
  }
}
