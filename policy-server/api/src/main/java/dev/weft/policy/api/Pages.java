/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Lists in parts. What remains of a list is kept for a while, so that all parts are of one
 * revision. Thread-safe.
 */
final class Pages {
  /** Lists that are begun and not read to their end; the oldest is dropped first. */
  private static final int MAX_OPEN = 64;

  private final Map<String, Remainder> open = new LinkedHashMap<>();

  /**
   * Returns the first part of a list.
   *
   * @param limit the most items; 0 is all
   */
  synchronized Page first(long revision, List<ObjectNode> items, int limit) {
    if (limit == 0 || items.size() <= limit) {
      return new Page(revision, items, "", 0);
    }
    String token = UUID.randomUUID().toString();
    List<ObjectNode> rest = List.copyOf(items.subList(limit, items.size()));
    open.put(token, new Remainder(revision, rest));
    if (open.size() > MAX_OPEN) {
      open.remove(open.keySet().iterator().next());
    }
    return new Page(revision, items.subList(0, limit), token, rest.size());
  }

  /**
   * Returns the next part.
   *
   * @throws ApiException if the token is not known any more
   */
  synchronized Page next(String token, int limit) {
    Remainder remainder = open.get(token); // stays: the client may have to ask again
    if (remainder == null) {
      throw ApiException.gone("the continue token is not known any more: list from the beginning");
    }
    return first(remainder.revision(), remainder.items(), limit);
  }

  /**
   * A part of a list.
   *
   * @param revision the revision of the whole list
   * @param items the items
   * @param next the token of the next part; empty if this is the last
   * @param remaining how many items are left
   */
  record Page(long revision, List<ObjectNode> items, String next, int remaining) {
    Page {
      items = List.copyOf(items);
    }
  }

  private record Remainder(long revision, List<ObjectNode> items) {}
}
