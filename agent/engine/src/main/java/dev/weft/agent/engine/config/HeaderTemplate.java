/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;

/**
 * A header's value with parts that are taken from the request: Envoy's {@code %REQ(x-user)%}.
 *
 * @param parts in order; together they are the value
 */
public record HeaderTemplate(List<Part> parts) {
  /** Copies the collection. */
  public HeaderTemplate {
    parts = List.copyOf(parts);
  }

  /** Returns whether a part is taken from the request. */
  public boolean isOfRequest() {
    return parts.stream().anyMatch(Part.RequestHeader.class::isInstance);
  }

  /** A part of the value. */
  public sealed interface Part {
    /** A text as it is. */
    record Text(String text) implements Part {}

    /**
     * The value of a header of the request; nothing if the request has neither.
     *
     * @param name in lower case, or a pseudo header
     * @param alternative taken if the request has no header of that name; empty for none
     * @param maxLength the most characters of it
     */
    record RequestHeader(String name, String alternative, int maxLength) implements Part {}
  }
}
