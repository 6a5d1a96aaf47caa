/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is asked for of one resource type on the stream that is open. Not thread-safe.
 *
 * <p>A first request without names asks for everything; so a type that is asked for by name has no
 * first request until there is a name. To give up the last name later does not ask for everything.
 */
final class Subscription {
  private final String typeUrl;
  private final boolean wildcard;
  private final Set<String> names = new LinkedHashSet<>();
  private final Set<String> answered = new LinkedHashSet<>();
  private boolean requested;
  private boolean hasResponse;
  private boolean givenUp;

  Subscription(String typeUrl, boolean wildcard) {
    this.typeUrl = typeUrl;
    this.wildcard = wildcard;
  }

  String typeUrl() {
    return typeUrl;
  }

  boolean isWildcard() {
    return wildcard;
  }

  /** Forgets the stream before. */
  void begin() {
    requested = false;
    hasResponse = false;
    givenUp = false;
    names.clear();
    answered.clear();
  }

  /** Returns whether this is the first request of the type on the stream, and notes it. */
  boolean isFirstRequest() {
    boolean first = !requested;
    requested = true;
    return first;
  }

  /** Notes that a response came. */
  void responded() {
    hasResponse = true;
  }

  boolean hasResponse() {
    return hasResponse;
  }

  /** Notes that the control plane said something of a resource, be it that there is none. */
  void answered(String name) {
    answered.add(name);
  }

  /** Waits no longer for what was asked for until now. */
  void giveUp() {
    givenUp = true;
    answered.addAll(names);
  }

  boolean isGivenUp() {
    return givenUp;
  }

  boolean isAnswered(String name) {
    return answered.contains(name);
  }

  boolean wants(String name) {
    return wildcard || names.contains(name);
  }

  Set<String> names() {
    return names;
  }

  /** Returns what to subscribe to and what to give up so that the names are those wanted. */
  Difference change(Set<String> wanted) {
    List<String> added = new ArrayList<>();
    for (String name : wanted) {
      if (names.add(name)) {
        added.add(name);
      }
    }
    List<String> dropped = new ArrayList<>();
    for (String name : names) {
      if (!wanted.contains(name)) {
        dropped.add(name);
      }
    }
    dropped.forEach(names::remove);
    dropped.forEach(answered::remove);
    return new Difference(added, dropped);
  }

  /** What changes. */
  record Difference(List<String> added, List<String> dropped) {
    boolean isEmpty() {
      return added.isEmpty() && dropped.isEmpty();
    }
  }
}
