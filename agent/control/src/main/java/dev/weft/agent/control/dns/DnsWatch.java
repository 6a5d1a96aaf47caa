/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.dns;

import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.RepeatedLog;
import dev.weft.agent.control.translate.DnsName;
import dev.weft.agent.control.translate.ResolvedNames;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the names that are wanted and looks again every 5 s, Envoy's default. A name that cannot
 * be resolved keeps the addresses it had. Not thread-safe; all on the control loop, but for the
 * look-ups themselves.
 */
public final class DnsWatch implements ResolvedNames {
  private static final Logger logger = Logger.getLogger(DnsWatch.class.getName());
  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(5);
  private final ControlLoop loop;
  private final Executor lookups;
  private final Lookup lookup;
  private final Runnable changed;
  private final RepeatedLog log;
  private final Map<DnsName, Watched> names = new HashMap<>();

  /**
   * Creates a watch of no name.
   *
   * @param lookups where look-ups may block
   * @param changed is told when addresses changed, or were looked for the first time
   */
  public DnsWatch(ControlLoop loop, Executor lookups, Lookup lookup, Runnable changed) {
    this.loop = loop;
    this.lookups = lookups;
    this.lookup = lookup;
    this.changed = changed;
    this.log = new RepeatedLog(logger, loop);
  }

  /** Watches these names and no others. */
  public void watch(Set<DnsName> wanted) {
    for (DnsName name : List.copyOf(names.keySet())) {
      if (!wanted.contains(name)) {
        Watched dropped = names.remove(name);
        if (dropped != null && dropped.timer != null) {
          dropped.timer.cancel();
        }
      }
    }
    for (DnsName name : wanted) {
      if (!names.containsKey(name)) {
        Watched added = new Watched(name);
        names.put(name, added);
        resolve(added);
      }
    }
  }

  /** Stops watching. */
  public void stop() {
    watch(Set.of());
  }

  /** Returns whether every name was looked up at least once, be it in vain. */
  public boolean isSettled() {
    return names.values().stream().allMatch(watched -> watched.settled);
  }

  @Override
  public List<String> addresses(DnsName name) {
    Watched watched = names.get(name);
    return watched == null ? List.of() : watched.addresses;
  }

  private void resolve(Watched watched) {
    watched.timer = null;
    lookups.execute(
        () -> {
          List<String> found;
          try {
            found = select(lookup.lookup(watched.name.host()), watched.name.family());
          } catch (UnknownHostException e) {
            loop.execute(() -> failed(watched, e));
            return;
          }
          loop.execute(() -> found(watched, found));
        });
  }

  private void found(Watched watched, List<String> addresses) {
    boolean isNew = !watched.settled || !watched.addresses.equals(addresses);
    watched.addresses = addresses;
    settle(watched, isNew);
  }

  private void failed(Watched watched, UnknownHostException e) {
    log.log(
        Level.WARNING,
        watched.name.host(),
        watched.name.host()
            + " cannot be resolved ("
            + e.getMessage()
            + "). It keeps "
            + watched.addresses
            + "; trying again every 5 s");
    settle(watched, !watched.settled);
  }

  private void settle(Watched watched, boolean isNew) {
    if (!watched.equals(names.get(watched.name))) {
      return;
    }
    watched.settled = true;
    watched.timer = loop.schedule(REFRESH_NANOS, () -> resolve(watched));
    if (isNew) {
      changed.run();
    }
  }

  /** Returns the addresses that count, in an order that does not depend on the answer's. */
  private static List<String> select(InetAddress[] found, DnsName.Family family) {
    Set<String> v4 = new TreeSet<>();
    Set<String> v6 = new TreeSet<>();
    for (InetAddress address : found) {
      (address instanceof Inet4Address ? v4 : v6).add(text(address));
    }
    boolean v4First = found.length > 0 && found[0] instanceof Inet4Address;
    List<String> selected = new ArrayList<>();
    switch (family) {
      case V4_ONLY -> selected.addAll(v4);
      case V6_ONLY -> selected.addAll(v6);
      case V4_PREFERRED -> selected.addAll(v4.isEmpty() ? v6 : v4);
      case AUTO -> selected.addAll(v4First ? v4 : v6);
      case ALL -> {
        selected.addAll(v4);
        selected.addAll(v6);
      }
    }
    return List.copyOf(selected);
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  /** Looks a name up. May block. */
  @FunctionalInterface
  public interface Lookup {
    /** Returns all addresses of a name. */
    InetAddress[] lookup(String host) throws UnknownHostException;
  }

  /** A name and what is known of it. */
  private static final class Watched {
    final DnsName name;
    List<String> addresses = List.of();
    boolean settled;
    ControlLoop.@Nullable Timer timer;

    Watched(DnsName name) {
      this.name = name;
    }
  }
}
