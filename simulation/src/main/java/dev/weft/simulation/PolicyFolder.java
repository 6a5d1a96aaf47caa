/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import dev.weft.agent.control.cache.ConfigFile;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.policy.compiler.MeshSettings;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceFile;
import dev.weft.policy.model.ResourceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of policies, which agents can be given as a file without a policy server: {@code
 * weft.xds.file}.
 *
 * @param resources what its files hold
 * @param problems what is wrong with its files, each with file and line
 */
public record PolicyFolder(List<PolicyResource> resources, List<String> problems) {
  /** Copies both lists. */
  public PolicyFolder {
    resources = List.copyOf(resources);
    problems = List.copyOf(problems);
  }

  /**
   * Reads all YAML and JSON files below a folder, in the order of their names.
   *
   * @throws IOException if the folder cannot be listed
   */
  public static PolicyFolder read(Path folder) throws IOException {
    Map<ResourceKey, PolicyResource> resources = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (Path path : files(folder)) {
      ResourceFile file = ResourceFile.read(path);
      problems.addAll(file.problems());
      for (PolicyResource resource : file.resources()) {
        if (resources.putIfAbsent(resource.key(), resource) != null) {
          problems.add(path + ": " + resource.key() + " is there twice (expected: once)");
        }
      }
    }
    return new PolicyFolder(List.copyOf(resources.values()), problems);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).filter(ResourceFile::isOne).sorted().toList();
    }
  }

  /**
   * Compiles the policies into a file that agents read.
   *
   * @return what is wrong with them; the file is written all the same
   * @throws IOException if the file cannot be written; then what was there before still is
   */
  public Compiled compile(Path output, MeshSettings settings, Caller caller, InstantSource clock)
      throws IOException {
    Simulation simulation = Simulation.of(settings, resources);
    new ConfigFile(output).write(simulation.configuration(caller, clock));
    return new Compiled(simulation.findings(), simulation.problems(caller));
  }

  /**
   * What came of a compilation.
   *
   * @param findings what is wrong with the policies
   * @param refused what agents would not apply as it is
   */
  public record Compiled(List<Finding> findings, List<ResourceProblem> refused) {
    /** Copies both lists. */
    public Compiled {
      findings = List.copyOf(findings);
      refused = List.copyOf(refused);
    }
  }
}
