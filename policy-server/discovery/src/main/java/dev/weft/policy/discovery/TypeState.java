/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.compiler.CompiledResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one stream asked for and has of one resource type. Confined to the stream.
 *
 * <p>What the client has is what was sent to it, refused or not: so a refused resource is not sent
 * again before its content changes.
 */
final class TypeState {
  private static final String WILDCARD = "*";

  /** The version of a name that the client knows there is no resource of. */
  private static final String ABSENT = "";

  private boolean isWildcard;

  /** Whether an agent waits to hear that all it brought along still holds. */
  private boolean isAnswerOwed;

  private final Set<String> names = new LinkedHashSet<>();
  private final Map<String, String> versions = new HashMap<>();

  /** Versions from before the server's start that it may not be able to make again yet. */
  private final Set<String> held = new HashSet<>();

  /** By nonce, what was sent and is not answered yet. */
  private final Map<String, Collection<CompiledResource>> unanswered = new HashMap<>();

  private @Nullable Map<String, CompiledResource> seen;

  /**
   * @param isWildcard whether the first request, which names nothing, asks for all
   * @param initialVersions what the client brought along from an earlier stream
   * @param isRecovering whether the server has just started
   */
  TypeState(boolean isWildcard, Map<String, String> initialVersions, boolean isRecovering) {
    this.isWildcard = isWildcard;
    versions.putAll(initialVersions);
    if (isRecovering) {
      held.addAll(initialVersions.keySet());
    }
  }

  /**
   * Asks for more.
   *
   * @param isFirst whether this is the first request, whose versions count; later a name that is
   *     asked for once more is sent once more
   */
  void subscribe(List<String> more, boolean isFirst) {
    for (String name : more) {
      if (name.equals(WILDCARD)) {
        isWildcard = true;
      } else {
        names.add(name);
        if (!isFirst) {
          versions.remove(name);
          held.remove(name);
        }
      }
      seen = null;
    }
    if (isFirst && !isWildcard) {
      versions.keySet().retainAll(names);
    }
    isAnswerOwed |= isFirst && isWildcard;
  }

  /**
   * Returns whether something is to be said even if there is nothing to send. Who asks for all of a
   * type cannot know otherwise that there is no more than it has.
   */
  boolean isAnswerOwed() {
    return isAnswerOwed;
  }

  void unsubscribe(List<String> less) {
    for (String name : less) {
      if (name.equals(WILDCARD)) {
        isWildcard = false;
        versions.keySet().retainAll(names);
      } else {
        names.remove(name);
        versions.remove(name);
      }
      seen = null;
    }
  }

  /** Notes what is on its way. */
  void sent(String nonce, Collection<CompiledResource> resources, Collection<String> removed) {
    for (CompiledResource resource : resources) {
      versions.put(resource.name(), resource.version());
      held.remove(resource.name());
    }
    for (String name : removed) {
      if (names.contains(name)) {
        versions.put(name, ABSENT);
      } else {
        versions.remove(name);
      }
    }
    unanswered.put(nonce, resources);
    isAnswerOwed = false;
  }

  /** Returns what was sent under a nonce, now that it is answered; null if it is not known. */
  @Nullable Collection<CompiledResource> answered(String nonce) {
    return unanswered.remove(nonce);
  }

  boolean isAnswerAwaited() {
    return !unanswered.isEmpty();
  }

  /**
   * Returns what the client lacks.
   *
   * @param resources all of the type
   * @param isRecovering whether nothing that the client has may be taken away yet
   * @param isHeldWhole whether a resource as a whole counts as taken away when it has changed
   */
  Difference difference(
      Map<String, CompiledResource> resources, boolean isRecovering, boolean isHeldWhole) {
    if (resources == seen) {
      return Difference.NONE;
    }
    List<CompiledResource> changed = new ArrayList<>();
    boolean isAnyHeld = false;
    if (isWildcard) {
      for (CompiledResource resource : resources.values()) {
        isAnyHeld |= addIfChanged(resource, changed, isRecovering && isHeldWhole);
      }
    } else {
      for (String name : names) {
        CompiledResource resource = resources.get(name);
        if (resource != null) {
          isAnyHeld |= addIfChanged(resource, changed, isRecovering && isHeldWhole);
        }
      }
    }
    List<String> removed = removed(resources);
    if (isRecovering) {
      isAnyHeld |= removed.removeIf(versions::containsKey);
    }
    seen = isAnyHeld ? null : resources;
    return new Difference(changed, removed);
  }

  /** Returns whether it has changed, but is held. */
  private boolean addIfChanged(
      CompiledResource resource, List<CompiledResource> changed, boolean isHolding) {
    boolean hasChanged = !resource.version().equals(versions.get(resource.name()));
    if (!hasChanged) {
      held.remove(resource.name()); // what was there before the start is all there again
      return false;
    }
    if (isHolding && held.contains(resource.name())) {
      return true;
    }
    changed.add(resource);
    return false;
  }

  private List<String> removed(Map<String, CompiledResource> resources) {
    List<String> removed = new ArrayList<>();
    versions.forEach(
        (name, version) -> {
          if (!version.equals(ABSENT) && !resources.containsKey(name)) {
            removed.add(name);
          }
        });
    for (String name : names) {
      if (!versions.containsKey(name) && !resources.containsKey(name)) {
        removed.add(name); // asked for, and the client is told at once that it is not there
      }
    }
    return removed;
  }

  /** What is to be sent. */
  record Difference(List<CompiledResource> changed, List<String> removed) {
    static final Difference NONE = new Difference(List.of(), List.of());
  }
}
