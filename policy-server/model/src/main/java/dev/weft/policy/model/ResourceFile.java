/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one YAML or JSON file.
 *
 * @param resources what it holds; those with problems are left out
 * @param documents the document of each resource
 * @param problems what is wrong, each as {@code file:line: kind name: field: value (expected: ...)}
 */
public record ResourceFile(
    List<PolicyResource> resources, List<YamlDocument> documents, List<String> problems) {
  private static final Set<String> EXTENSIONS = Set.of(".yaml", ".yml", ".json");

  /** Copies the lists. */
  public ResourceFile {
    resources = List.copyOf(resources);
    documents = List.copyOf(documents);
    problems = List.copyOf(problems);
  }

  /** Returns whether a file's name says that it holds resources. */
  public static boolean isOne(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".") && EXTENSIONS.stream().anyMatch(name::endsWith);
  }

  /** Reads a file. A file that cannot be read has no resources and one problem. */
  public static ResourceFile read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (CharacterCodingException e) {
      return unreadable(file + ":1: is not encoded in UTF-8");
    } catch (IOException e) {
      return unreadable(file + ":1: cannot be read: " + e);
    }
  }

  private static ResourceFile unreadable(String problem) {
    return new ResourceFile(List.of(), List.of(), List.of(problem));
  }

  /**
   * Reads a text.
   *
   * @param name what problems call it
   */
  public static ResourceFile parse(String name, String text) {
    List<PolicyResource> resources = new ArrayList<>();
    List<YamlDocument> documents = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try {
      for (YamlDocument document : YamlDocument.parseAll(text)) {
        PolicyResource resource = read(name, document, problems);
        if (resource != null) {
          resources.add(resource);
          documents.add(document);
        }
      }
    } catch (YamlException e) {
      problems.add(name + ":" + e.line() + ": " + e.getMessage());
    }
    return new ResourceFile(resources, documents, problems);
  }

  private static @Nullable PolicyResource read(
      String name, YamlDocument document, List<String> problems) {
    if (!(document.root() instanceof ObjectNode json)) {
      problems.add(name + ":" + document.line() + ": no object (expected: a resource)");
      return null;
    }
    String apiVersion = json.path("apiVersion").asText("");
    String kindName = json.path("kind").asText("");
    Kind kind = Kinds.byApiVersion(apiVersion, kindName);
    if (kind == null || kind.isReadOnly()) {
      problems.add(
          name
              + ":"
              + document.lineOf("kind")
              + ": kind: "
              + apiVersion
              + " "
              + kindName
              + " (expected: one of "
              + writableKinds()
              + ")");
      return null;
    }
    json.put("apiVersion", kind.apiVersion());
    List<Problem> found = new ArrayList<>(ResourceNames.problems(json));
    found.addAll(ResourceSchema.of(kind).problems(json));
    for (Problem problem : found) {
      problems.add(
          name + ":" + document.lineOf(problem.field()) + ": " + title(kind, json) + problem);
    }
    return found.isEmpty() ? PolicyResource.of(kind, json) : null;
  }

  /** Says which of a file's documents is meant. */
  private static String title(Kind kind, ObjectNode json) {
    String resource = json.path("metadata").path("name").asText("");
    return kind.name() + (resource.isEmpty() ? "" : " " + resource) + ": ";
  }

  private static String writableKinds() {
    return String.join(
        ", ",
        Kinds.all().stream()
            .filter(kind -> !kind.isReadOnly())
            .map(kind -> kind.apiVersion() + " " + kind.name())
            .toList());
  }
}
