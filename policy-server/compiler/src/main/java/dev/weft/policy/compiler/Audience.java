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
 */
public record Audience(String namespace, Map<String, String> labels) {
  /** Copies the labels. */
  public Audience {
    labels = Map.copyOf(labels);
  }
}
