/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the virtual host of a host name by its domains: exact first, then the longest suffix
 * wildcard ({@code *.foo.com}), then the longest prefix wildcard ({@code foo.*}), then {@code *}.
 * Ignores ASCII case. The time does not depend on the number of domains. Immutable.
 */
public final class DomainTable {
  /** What {@link #find} returns if no domain matches. */
  public static final int NONE = -1;

  private final Table exact;
  private final Table suffixes;
  private final Table prefixes;
  private final int any;

  private DomainTable(Builder builder) {
    exact = new Table(builder.exact, false);
    suffixes = new Table(builder.suffixes, true);
    prefixes = new Table(builder.prefixes, false);
    any = builder.any;
  }

  /** Returns the index that the best matching domain was added with, or {@link #NONE}. */
  public int find(String host) {
    int listed = findListed(host);
    return listed == NONE ? any : listed;
  }

  /** Returns the same as {@link #find}, but heeds no {@code *}. */
  public int findListed(String host) {
    int found = exact.findWhole(host);
    if (found == NONE) {
      found = suffixes.findLongest(host);
    }
    return found == NONE ? prefixes.findLongest(host) : found;
  }

  /** Returns the index that {@code *} was added with, or {@link #NONE}. */
  public int any() {
    return any;
  }

  /** Collects domains. */
  public static final class Builder {
    private final int port;
    private final Map<String, Integer> exact = new LinkedHashMap<>();
    private final Map<String, Integer> suffixes = new LinkedHashMap<>();
    private final Map<String, Integer> prefixes = new LinkedHashMap<>();
    private int any = NONE;

    /** Starts a table for a listener's port. */
    public Builder(int port) {
      this.port = port;
    }

    /**
     * Adds a domain. One with the listener's port counts as if it had none, as the request's port
     * is known already; one with another port can never match and is left out. The first of equal
     * domains stays.
     */
    public void add(String domain, int index) {
      String host = AsciiCase.lower(domain);
      int colon = portColon(host);
      if (colon >= 0) {
        if (!host.substring(colon + 1).equals(Integer.toString(port))) {
          return;
        }
        host = host.substring(0, colon);
      }
      if (host.equals("*")) {
        any = any == NONE ? index : any;
      } else if (host.startsWith("*")) {
        suffixes.putIfAbsent(host.substring(1), index);
      } else if (host.endsWith("*")) {
        prefixes.putIfAbsent(host.substring(0, host.length() - 1), index);
      } else {
        exact.putIfAbsent(host, index);
      }
    }

    /** Returns the table. */
    public DomainTable build() {
      return new DomainTable(this);
    }

    /** Returns where the port's colon is, or -1: an IPv6 literal's colons are none. */
    private static int portColon(String domain) {
      int colon = domain.lastIndexOf(':');
      boolean bare = colon >= 0 && domain.indexOf(':') != colon && !domain.startsWith("[");
      return bare || colon < domain.indexOf(']') ? -1 : colon;
    }
  }

  /** An open-addressing hash table of lower-case texts, at most half full. */
  private static final class Table {
    private final String[] keys;
    private final int[] values;
    private final int[] lengths;
    private final boolean fromEnd;

    Table(Map<String, Integer> entries, boolean fromEnd) {
      this.fromEnd = fromEnd;
      int capacity = Integer.highestOneBit(Math.max(entries.size(), 1)) << 2;
      keys = new String[capacity];
      values = new int[capacity];
      int[] all = new int[entries.size()];
      int count = 0;
      for (Map.Entry<String, Integer> entry : entries.entrySet()) {
        String key = entry.getKey();
        all[count++] = key.length();
        int slot = slot(hash(key));
        while (keys[slot] != null) {
          slot = (slot + 1) & (capacity - 1);
        }
        keys[slot] = key;
        values[slot] = entry.getValue();
      }
      lengths = Arrays.stream(all).sorted().distinct().toArray();
    }

    int findWhole(String text) {
      return lengths.length == 0 ? NONE : probe(text, 0, text.length(), hash(text));
    }

    /** Walks the text once and probes at each length that a key has; a wildcard is never empty. */
    int findLongest(String text) {
      int found = NONE;
      int hash = 0;
      int walked = 0;
      int end = text.length();
      for (int length : lengths) {
        if (length >= end) {
          break;
        }
        for (; walked < length; walked++) {
          hash = 31 * hash + AsciiCase.fold(text.charAt(fromEnd ? end - 1 - walked : walked));
        }
        int from = fromEnd ? end - length : 0;
        int value = probe(text, from, from + length, hash);
        found = value == NONE ? found : value;
      }
      return found;
    }

    private int probe(String text, int from, int to, int hash) {
      for (int slot = slot(hash); ; slot = (slot + 1) & (keys.length - 1)) {
        String key = keys[slot];
        if (key == null) {
          return NONE;
        }
        if (AsciiCase.equals(text, from, to, key)) {
          return values[slot];
        }
      }
    }

    private int hash(String text) {
      int hash = 0;
      for (int i = 0, length = text.length(); i < length; i++) {
        hash = 31 * hash + AsciiCase.fold(text.charAt(fromEnd ? length - 1 - i : i));
      }
      return hash;
    }

    private int slot(int hash) {
      int mixed = hash * 0x9E3779B9;
      return (mixed ^ (mixed >>> 16)) & (keys.length - 1);
    }
  }
}
