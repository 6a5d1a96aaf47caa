/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

/**
 * Which store the configuration came from, and which one speaks now. A policy server that lost its
 * store comes back with another identity and little to say; what it has not is no reason to remove
 * what the agent has. Not thread-safe.
 */
final class StoreIdentity {
  private final String toAdopt;
  private String adopted;
  private String current;

  /**
   * Begins with what is known.
   *
   * @param saved the store that the resources at hand came from; empty if unknown
   * @param toAdopt the store to adopt in its place when it speaks; empty for none
   */
  StoreIdentity(String saved, String toAdopt) {
    this.current = saved;
    this.adopted = saved;
    this.toAdopt = toAdopt;
  }

  /**
   * Notes who speaks. The first store that is heard of is adopted.
   *
   * @param identifier what the control plane calls itself
   * @return whether another store than before speaks, so that the versions at hand mean nothing
   */
  boolean hasChangedTo(String identifier) {
    // istiod says which replica answers, as JSON: that is no store.
    if (identifier.isEmpty() || identifier.startsWith("{") || identifier.equals(current)) {
      return false;
    }
    boolean first = current.isEmpty();
    current = identifier;
    if (adopted.isEmpty() || identifier.equals(toAdopt)) {
      adopted = identifier;
    }
    return !first;
  }

  /** Accepts the store that speaks now. */
  void adopt() {
    adopted = current;
  }

  boolean isForeign() {
    return !current.equals(adopted);
  }

  String adopted() {
    return adopted;
  }

  String current() {
    return current;
  }
}
