/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery.registry;

import dev.weft.policy.compiler.Workload;
import dev.weft.policy.discovery.Timer;
import dev.weft.protocol.registry.v1.AgentReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workloads that are there: those with an open stream, and those whose lease runs. Thread-safe.
 */
public final class Registry {
  private static final Comparator<AgentView> ORDER =
      Comparator.comparing((AgentView agent) -> agent.workload().getNamespace())
          .thenComparing(agent -> agent.workload().getService())
          .thenComparing(agent -> agent.workload().getInstance());

  private final Duration lease;
  private final Timer timer;
  private final InstantSource clock = InstantSource.system();

  /** By node id. Guarded by this. */
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** How many announcements said something new. Guarded by this. */
  private long announcements;

  private volatile List<Workload> workloads = List.of();
  private volatile Runnable observer = () -> {};

  /**
   * @param lease how long a workload stays after its stream dropped
   */
  public Registry(Duration lease, Timer timer) {
    this.lease = lease;
    this.timer = timer;
  }

  /** Has this run after each change of {@link #workloads}; it must not block. */
  public void observe(Runnable afterChange) {
    observer = afterChange;
  }

  /** Returns the workloads that have a port, as they are now. */
  public List<Workload> workloads() {
    return workloads;
  }

  /** Returns all agents that are there, in the order of namespace, service and instance. */
  public synchronized List<AgentView> agents() {
    List<AgentView> agents = new ArrayList<>(entries.size());
    for (Entry entry : entries.values()) {
      agents.add(
          new AgentView(
              entry.accepted.announced(),
              entry.report,
              entry.session != null,
              entry.connectedAt,
              entry.heardAt));
    }
    agents.sort(ORDER);
    return agents;
  }

  /** Takes what a session announces; it replaces what the same node said on whatever stream. */
  void announce(Session session, Announcement.Accepted accepted) {
    synchronized (this) {
      String nodeId = accepted.workload().nodeId();
      Entry entry = entries.get(nodeId);
      if (entry == null || entry.session != session) {
        Entry replaced = entry;
        entry = new Entry(session, accepted, clock.instant());
        if (replaced != null) {
          replaced.cancelExpiry();
          entry.report = replaced.report;
        }
        entries.put(nodeId, entry);
      }
      if (entry.order == 0 || !entry.accepted.equals(accepted)) {
        entry.order = ++announcements;
      }
      entry.accepted = accepted;
      entry.heardAt = clock.instant();
      endLeasesOf(accepted.workload());
    }
    publish();
  }

  /** An address and port belong to one process: who held them and is gone does not come back. */
  private void endLeasesOf(Workload workload) {
    Set<Socket> taken = sockets(workload);
    entries
        .values()
        .removeIf(
            entry -> {
              boolean isOver =
                  entry.session == null
                      && sockets(entry.accepted.workload()).stream().anyMatch(taken::contains);
              if (isOver) {
                entry.cancelExpiry();
              }
              return isOver;
            });
  }

  private static Set<Socket> sockets(Workload workload) {
    Set<Socket> sockets = new HashSet<>();
    workload
        .ports()
        .forEach(port -> sockets.add(new Socket(workload.address(), port.targetPort())));
    return sockets;
  }

  /** Takes a session's report; returns false if it has announced nothing. */
  synchronized boolean report(Session session, AgentReport report) {
    for (Entry entry : entries.values()) {
      if (entry.session == session) {
        entry.report = report;
        entry.heardAt = clock.instant();
        return true;
      }
    }
    return false;
  }

  /** Starts the lease of what a session announced, whose stream broke. */
  synchronized void dropped(Session session) {
    entries.forEach(
        (nodeId, entry) -> {
          if (entry.session == session) {
            entry.session = null;
            entry.expiry = timer.after(lease, () -> expire(nodeId, entry));
          }
        });
  }

  /** Takes away what a session announced, which said that it is over. */
  void left(Session session) {
    synchronized (this) {
      entries.values().removeIf(entry -> entry.session == session);
    }
    publish();
  }

  private void expire(String nodeId, Entry entry) {
    boolean isOver;
    synchronized (this) {
      isOver = entry.session == null && entries.remove(nodeId, entry);
    }
    if (isOver) {
      publish();
    }
  }

  private void publish() {
    synchronized (this) {
      Map<Socket, Entry> holders = holders();
      List<Workload> now = new ArrayList<>(entries.size());
      for (Entry entry : entries.values()) {
        Workload workload = held(entry, holders);
        if (!workload.ports().isEmpty()) {
          now.add(workload);
        }
      }
      if (now.equals(workloads)) {
        return;
      }
      workloads = List.copyOf(now);
    }
    observer.run();
  }

  /**
   * Returns who has which address and port. Of several with an open stream the last one that
   * announced it has it: the stream of a process that is gone may stand for a while, and what
   * listens there now is to be called by its own name.
   */
  private Map<Socket, Entry> holders() {
    Map<Socket, Entry> holders = new HashMap<>();
    for (Entry entry : entries.values()) {
      Workload workload = entry.accepted.workload();
      for (Workload.Port port : workload.ports()) {
        holders.merge(
            new Socket(workload.address(), port.targetPort()),
            entry,
            (one, other) -> one.order > other.order ? one : other);
      }
    }
    return holders;
  }

  private static Workload held(Entry entry, Map<Socket, Entry> holders) {
    Workload workload = entry.accepted.workload();
    List<Workload.Port> ports =
        workload.ports().stream()
            .filter(port -> holders.get(new Socket(workload.address(), port.targetPort())) == entry)
            .toList();
    return ports.size() == workload.ports().size() ? workload : workload.withPorts(ports);
  }

  private record Socket(String address, int port) {}

  /** One stream; told from the others by its identity. */
  static final class Session {}

  private static final class Entry {
    private @Nullable Session session;
    private Announcement.Accepted accepted;
    private AgentReport report = AgentReport.getDefaultInstance();
    private final Instant connectedAt;
    private Instant heardAt;

    /** When it last said something new, as against others; 0 before it has. */
    private long order;

    private Timer.@Nullable Cancellable expiry;

    Entry(Session session, Announcement.Accepted accepted, Instant now) {
      this.session = session;
      this.accepted = accepted;
      this.connectedAt = now;
      this.heardAt = now;
    }

    void cancelExpiry() {
      if (expiry != null) {
        expiry.cancel();
      }
    }
  }
}
