/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import java.util.Map;

/**
 * Who sends a request.
 *
 * @param namespace its namespace
 * @param labels its labels, for rules that are for some callers only
 */
public record Caller(String namespace, Map<String, String> labels) {
  /** A caller in the namespace {@code default}, without labels. */
  public static final Caller DEFAULT = new Caller("default", Map.of());

  /** Copies the labels. */
  public Caller {
    labels = Map.copyOf(labels);
  }
}
