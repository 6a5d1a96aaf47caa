/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.Map;

/**
 * Callers that get the same configuration.
 *
 * @param namespace their namespace: decides short names and what is exported to them
 * @param labels those of their labels that some rule asks for
 * @param locality where they are, {@code region/zone/subzone}, if some rule prefers what is near;
 *     else empty
 */
public record Audience(String namespace, Map<String, String> labels, String locality) {
  /** Makes an audience that nothing is near to. */
  public Audience(String namespace, Map<String, String> labels) {
    this(namespace, labels, "");
  }

  /** Copies the labels. */
  public Audience {
    labels = Map.copyOf(labels);
  }
}
