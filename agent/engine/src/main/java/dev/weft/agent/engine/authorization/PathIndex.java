/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies by paths and beginnings of paths. A lookup walks the path once, with the hash of what it
 * has passed, and makes no object. Immutable once made.
 */
final class PathIndex {
  private final Entry[] table;
  private final boolean[] lengths;

  private PathIndex(Map<String, Entry> entries) {
    int longest = entries.keySet().stream().mapToInt(String::length).max().orElse(-1);
    lengths = new boolean[longest + 1];
    table = new Entry[Integer.highestOneBit(Math.max(1, entries.size())) * 4];
    for (Entry entry : entries.values()) {
      lengths[entry.text.length()] = true;
      int slot = entry.text.hashCode() & (table.length - 1);
      while (table[slot] != null) {
        slot = (slot + 1) & (table.length - 1);
      }
      table[slot] = entry;
    }
  }

  /** Returns an index of policies by their numbers. */
  static PathIndex of(Map<Integer, Anchors> policies) {
    Map<String, List<Integer>> prefixes = new HashMap<>();
    Map<String, List<Integer>> exact = new HashMap<>();
    policies.forEach(
        (number, anchors) -> {
          for (Anchors.Anchor anchor : anchors.values()) {
            Map<String, List<Integer>> into = anchor.isPrefix() ? prefixes : exact;
            into.computeIfAbsent(anchor.text(), text -> new ArrayList<>()).add(number);
          }
        });
    Map<String, Entry> entries = new HashMap<>();
    for (Map<String, List<Integer>> some : List.of(prefixes, exact)) {
      for (String text : some.keySet()) {
        entries.put(
            text,
            new Entry(
                text,
                numbers(prefixes.getOrDefault(text, List.of())),
                numbers(exact.getOrDefault(text, List.of()))));
      }
    }
    return new PathIndex(entries);
  }

  private static int[] numbers(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).distinct().toArray();
  }

  /** Returns the first policy of a set that matches the request; -1 if none does. */
  int find(InboundRequest request, PolicySet set) {
    if (lengths.length == 0) {
      return -1; // so that the path need not be read
    }
    String path = request.path();
    int end = request.pathEnd();
    int hash = 0;
    int last = Math.min(end, lengths.length - 1);
    for (int length = 0; length <= last; length++) {
      if (length > 0) {
        hash = 31 * hash + path.charAt(length - 1);
      }
      Entry entry = lengths[length] ? entry(hash, path, length) : null;
      if (entry != null) {
        int found = set.first(entry.prefixes, request);
        if (found < 0 && length == end) {
          found = set.first(entry.exact, request);
        }
        if (found >= 0) {
          return found;
        }
      }
    }
    return -1;
  }

  private @Nullable Entry entry(int hash, String path, int length) {
    int slot = hash & (table.length - 1);
    for (Entry entry = table[slot]; entry != null; entry = table[slot]) {
      if (entry.text.length() == length && path.startsWith(entry.text)) {
        return entry;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    return null;
  }

  private static final class Entry {
    private final String text;
    private final int[] prefixes;
    private final int[] exact;

    Entry(String text, int[] prefixes, int[] exact) {
      this.text = text;
      this.prefixes = prefixes;
      this.exact = exact;
    }
  }
}
