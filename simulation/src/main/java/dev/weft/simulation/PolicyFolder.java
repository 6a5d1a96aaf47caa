/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import dev.weft.agent.control.cache.ConfigFile;
import dev.weft.agent.control.cache.SavedConfig;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceFile;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.model.YamlDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of policies, which agents can be given as a file without a policy server: {@code
 * weft.xds.file}. Immutable.
 */
public final class PolicyFolder {
  private final List<PolicyResource> resources;
  private final Map<ResourceKey, Place> places;
  private final List<String> problems;

  private PolicyFolder(Map<ResourceKey, Place> places, List<String> problems) {
    this.resources = places.values().stream().map(Place::resource).toList();
    this.places = places;
    this.problems = List.copyOf(problems);
  }

  /**
   * Reads all YAML and JSON files below a folder, in the order of their names, as a policy server
   * does. Links are followed.
   *
   * @throws IOException if the folder cannot be listed
   */
  public static PolicyFolder read(Path folder) throws IOException {
    Map<ResourceKey, Place> places = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (Path path : files(folder)) {
      ResourceFile file = ResourceFile.read(path);
      problems.addAll(file.problems());
      for (int i = 0; i < file.resources().size(); i++) {
        Place place = new Place(path, file.documents().get(i), file.resources().get(i));
        Place first = places.putIfAbsent(place.resource().key(), place);
        if (first != null) {
          problems.add(
              place.line("") + place.resource().key() + " is in " + first.line("") + " too");
        }
      }
    }
    return new PolicyFolder(places, problems);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(Files::isRegularFile).filter(ResourceFile::isOne).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Returns what its files hold. */
  public List<PolicyResource> resources() {
    return resources;
  }

  /** Returns what is wrong with its files, each with file, line, resource and field. */
  public List<String> problems() {
    return problems;
  }

  /** Compiles the policies for the agent of a caller. */
  public Compiled compile(Mesh mesh, Caller caller, InstantSource clock) {
    Simulation simulation = Simulation.of(mesh.settings(), resources);
    List<String> errors = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (Finding finding : simulation.findings()) {
      (finding.severe() ? errors : warnings).add(text(finding));
    }
    AgentConfiguration held = simulation.held(caller);
    for (ResourceProblem problem : held.problems()) {
      (problem.isApplied() ? warnings : errors)
          .add(
              "agents "
                  + (problem.isApplied() ? "ignore a part of " : "do not apply ")
                  + problem.typeUrl().substring(problem.typeUrl().lastIndexOf('.') + 1)
                  + " "
                  + problem.name()
                  + ": "
                  + problem.reason());
    }
    return new Compiled(held, simulation.configuration(caller, clock), errors, warnings);
  }

  private String text(Finding finding) {
    @Nullable Place place = places.get(finding.resource());
    return (place == null ? "" : place.line(finding.field()))
        + finding.resource()
        + ": "
        + (finding.field().isEmpty() ? "" : finding.field() + ": ")
        + finding.message()
        + " ("
        + finding.reason()
        + ")";
  }

  /** Where a resource stands. */
  private record Place(Path file, YamlDocument document, PolicyResource resource) {
    String line(String field) {
      return file + ":" + document.lineOf(field) + ": ";
    }
  }

  /** Compiled policies. Immutable. */
  public static final class Compiled {
    private final AgentConfiguration held;
    private final SavedConfig content;
    private final List<String> errors;
    private final List<String> warnings;

    private Compiled(
        AgentConfiguration held, SavedConfig content, List<String> errors, List<String> warnings) {
      this.held = held;
      this.content = content;
      this.errors = List.copyOf(errors);
      this.warnings = List.copyOf(warnings);
    }

    /** Returns what is not in effect as it was written, each with file, line and field. */
    public List<String> errors() {
      return errors;
    }

    /** Returns what is in effect and yet worth a look. */
    public List<String> warnings() {
      return warnings;
    }

    /** Returns what the agent holds. */
    public AgentConfiguration held() {
      return held;
    }

    /**
     * Writes the file for agents; its folder is made if it is missing.
     *
     * @throws IOException if it cannot be written; then what was there before still is
     */
    public void write(Path output) throws IOException {
      new ConfigFile(output).write(content);
    }
  }
}
