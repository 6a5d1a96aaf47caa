/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.ResourceFile;
import dev.weft.policy.model.YamlDocument;
import dev.weft.policy.model.YamlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads the resources that a command line names with {@code -f}. */
final class InputFiles {
  private static final String STANDARD_INPUT = "-";

  private InputFiles() {}

  /**
   * Reads files, folders and standard input.
   *
   * @param names paths, or {@code -}
   * @param namespace of resources that name none
   */
  static List<Input> read(List<String> names, String namespace, InputStream standardInput) {
    List<Input> inputs = new ArrayList<>();
    for (String name : names) {
      try {
        if (name.equals(STANDARD_INPUT)) {
          parse(
              "standard input",
              new String(standardInput.readAllBytes(), StandardCharsets.UTF_8),
              namespace,
              inputs);
        } else {
          for (Path file : files(Path.of(name))) {
            parse(file.toString(), Files.readString(file), namespace, inputs);
          }
        }
      } catch (IOException e) {
        throw CommandFailure.badInput(name + " cannot be read: " + e);
      }
    }
    if (inputs.isEmpty()) {
      throw CommandFailure.badInput(
          String.join(", ", names) + ": no resource (expected: YAML or JSON with kind and name)");
    }
    return inputs;
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw CommandFailure.badInput(path + ": there is no such file");
    }
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(ResourceFile::isOne).sorted().toList();
    }
  }

  private static void parse(String source, String text, String namespace, List<Input> inputs) {
    try {
      for (YamlDocument document : YamlDocument.parseAll(text)) {
        inputs.add(input(source, document, namespace));
      }
    } catch (YamlException e) {
      throw CommandFailure.badInput(source + ":" + e.line() + ": " + e.getMessage());
    }
  }

  private static Input input(String source, YamlDocument document, String namespace) {
    if (!(document.root() instanceof ObjectNode json)) {
      throw CommandFailure.badInput(
          source + ":" + document.line() + ": no object (expected: a resource)");
    }
    String apiVersion = json.path("apiVersion").asText("");
    String kindName = json.path("kind").asText("");
    Kind kind = Kinds.byApiVersion(apiVersion, kindName);
    if (kind == null) {
      throw CommandFailure.badInput(
          source
              + ":"
              + document.lineOf("kind")
              + ": "
              + (apiVersion + " " + kindName).strip()
              + " is no kind that policy servers know (expected: one of "
              + String.join(
                  ", ",
                  Kinds.all().stream()
                      .filter(known -> !known.isReadOnly())
                      .map(known -> known.apiVersion() + " " + known.name())
                      .toList())
              + ")");
    }
    String name = json.path("metadata").path("name").asText("");
    if (name.isEmpty()) {
      throw CommandFailure.badInput(
          source
              + ":"
              + document.lineOf("metadata")
              + ": metadata.name: missing (expected: a name)");
    }
    json.put("apiVersion", kind.apiVersion());
    return new Input(
        source, document, kind, json.path("metadata").path("namespace").asText(namespace), name);
  }

  /**
   * One resource of a file.
   *
   * @param source the file
   * @param document its content and lines
   * @param kind its kind
   * @param namespace its namespace
   * @param name its name
   */
  record Input(String source, YamlDocument document, Kind kind, String namespace, String name) {

    String path() {
      return KindNames.path(kind, namespace, name);
    }

    /** Returns it as messages call it: {@code virtualservice shop/orders}. */
    String title() {
      return kind.singular() + " " + namespace + "/" + name;
    }
  }
}
