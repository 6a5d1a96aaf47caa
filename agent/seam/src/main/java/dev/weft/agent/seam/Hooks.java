/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of each hook: which library was woven, in which version, and what failed. Read by the
 * agent's report to the policy server, so that nothing is ever silently off. Thread-safe.
 */
public final class Hooks {
  private static final Map<String, Status> STATUSES = new ConcurrentHashMap<>();
  private static volatile @Nullable Watcher watcher;

  private Hooks() {}

  /** Tells that a hook exists in this agent; it counts as not seen until it is woven. */
  public static void known(String hook) {
    STATUSES.putIfAbsent(hook, new Status(State.NOT_SEEN, ""));
  }

  /**
   * Tells that a hook is in place. A failure or an unknown version that was reported before, which
   * may be of another of its types, stays visible.
   */
  public static void woven(String hook, String detail) {
    STATUSES.merge(
        hook,
        new Status(State.WOVEN, detail),
        (old, now) -> old.state == State.NOT_SEEN || old.state == State.WOVEN ? now : old);
  }

  /** Tells that a hook could not be put in place or failed while it ran, and why. */
  public static void failed(String hook, String reason) {
    broken(hook, new Status(State.FAILED, reason));
  }

  /** Tells that the library was seen in a version that this hook does not know. */
  public static void unknownVersion(String hook, String reason) {
    broken(hook, new Status(State.UNKNOWN_VERSION, reason));
  }

  private static void broken(String hook, Status now) {
    Status before = STATUSES.put(hook, now);
    Watcher current = watcher;
    if (current != null && (before == null || before.state != now.state)) {
      current.broken(hook, now);
    }
  }

  /** Has somebody told of hooks that break from now on, and at once of those that are broken. */
  public static void watch(Watcher newWatcher) {
    watcher = newWatcher;
    STATUSES.forEach(
        (hook, status) -> {
          if (status.state == State.FAILED || status.state == State.UNKNOWN_VERSION) {
            newWatcher.broken(hook, status);
          }
        });
  }

  /** Is told of each hook when it breaks, not of its later faults. Must not throw. */
  @FunctionalInterface
  public interface Watcher {
    /** Tells that a hook is in a version that is not known, or has failed. */
    void broken(String hook, Status status);
  }

  /** Returns a copy of all statuses by hook name. */
  public static Map<String, Status> statuses() {
    return Map.copyOf(STATUSES);
  }

  /** What became of a hook. */
  public enum State {
    /** The library has not been loaded. */
    NOT_SEEN("not-seen"),
    /** In place. */
    WOVEN("woven"),
    /** The library is there in a version that the hook does not fit. */
    UNKNOWN_VERSION("unknown-version"),
    /** Something went wrong. */
    FAILED("failed");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** Returns its name in reports and metrics. */
    public String text() {
      return text;
    }
  }

  /**
   * The state of one hook.
   *
   * @param state what became of it
   * @param detail the reason or the version seen; empty if there is nothing to say
   */
  public record Status(State state, String detail) {}
}
