/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import dev.weft.policy.model.ResourceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last things that happened to resources, for example that an agent refused what was made of
 * one. Kept in memory, gone with the process. Thread-safe.
 */
public final class EventLog {
  private static final int CAPACITY = 1000;

  /** By resource, reason and message, the oldest first. */
  private final Map<Event, Times> events = new LinkedHashMap<>();

  /** Notes that something happened; the same again only counts. */
  public synchronized void record(Event event, Instant now) {
    Times known = events.remove(event);
    events.put(
        event,
        known == null ? new Times(now, now, 1) : new Times(known.first(), now, known.count() + 1));
    if (events.size() > CAPACITY) {
      events.remove(events.keySet().iterator().next());
    }
  }

  synchronized List<Recorded> list() {
    List<Recorded> all = new ArrayList<>();
    events.forEach((event, times) -> all.add(new Recorded(event, times)));
    return all;
  }

  /**
   * Something that happened.
   *
   * @param resource what it happened to
   * @param isWarning whether somebody should look at it
   * @param reason one word in camel case, for example {@code Refused}
   * @param message what happened and what to do
   * @param source who says so: an agent's node, or a part of the server
   */
  public record Event(
      ResourceKey resource, boolean isWarning, String reason, String message, String source) {}

  record Times(Instant first, Instant last, int count) {}

  record Recorded(Event event, Times times) {}
}
