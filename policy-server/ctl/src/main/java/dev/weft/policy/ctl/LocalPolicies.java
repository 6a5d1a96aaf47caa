/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import dev.weft.simulation.Caller;
import dev.weft.simulation.Mesh;
import dev.weft.simulation.PolicyFolder;
import dev.weft.simulation.PolicyFolder.Compiled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** A folder of YAML in place of a policy server; options that commands share. */
final class LocalPolicies {
  @Option(
      names = "--label",
      paramLabel = "NAME=VALUE",
      description = "A label of the calling service, for policies that ask for one. Repeatable.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--domain",
      paramLabel = "DOMAIN",
      defaultValue = "cluster.local",
      description = "The end of full service names. Default: cluster.local")
  private String domain = "";

  @Option(
      names = "--outbound-policy",
      paramLabel = "ALLOW_ANY|REGISTRY_ONLY",
      defaultValue = "ALLOW_ANY",
      description =
          "What becomes of calls to hosts that the policies do not know: they go out, or are"
              + " refused. Default: ALLOW_ANY")
  private Mesh.OutboundPolicy outboundPolicy = Mesh.OutboundPolicy.ALLOW_ANY;

  /** Reads a folder, in which all files have to be good, and compiles it for a namespace. */
  Compiled compile(Path folder, String namespace) {
    PolicyFolder policies = read(folder);
    if (!policies.problems().isEmpty()) {
      throw CommandFailure.badInput(String.join("\nweft: ", policies.problems()));
    }
    if (policies.resources().isEmpty()) {
      throw CommandFailure.badInput(
          folder + ": no resources (expected: files that end in .yaml, .yml or .json)");
    }
    return policies.compile(
        new Mesh(domain, outboundPolicy), new Caller(namespace, labels), InstantSource.system());
  }

  private static PolicyFolder read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw CommandFailure.badInput(
          folder + (Files.exists(folder) ? ": not a folder" : ": there is no such folder"));
    }
    try {
      return PolicyFolder.read(folder);
    } catch (NoSuchFileException e) {
      throw CommandFailure.badInput(e.getFile() + ": there is no such file");
    } catch (IOException e) {
      throw CommandFailure.badInput(folder + " cannot be read: " + e);
    }
  }
}
