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
 * The workloads that are there: those with an open stream, and those whose lease runs. What one
 * identity has, a node id or an address and port, no other identity gets before the last of its
 * leases has ended; who has no identity gives way to all. Thread-safe.
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

  /** Whose each address and port is, of those that an identity has. Guarded by this. */
  private Map<Socket, String> owners = Map.of();

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

  /**
   * Takes what a session announces; it replaces what the same node said on whatever stream.
   *
   * @return what is not taken because another identity has it, with the field and what was
   *     expected; ports are taken as soon as that one's lease has ended, a node id is not
   */
  List<String> announce(Session session, Announcement.Accepted accepted) {
    List<String> problems;
    boolean isChanged;
    synchronized (this) {
      String nodeId = accepted.workload().nodeId();
      Entry entry = entries.get(nodeId);
      if (entry != null && !session.mayTakeFrom(entry.identity)) {
        return List.of(
            "node_id: \""
                + nodeId
                + "\" (expected: one that "
                + entry.identity
                + " does not have)");
      }
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
      endLeasesOf(accepted.workload(), session);
      isChanged = settle();
      problems = heldByOthers(entry);
    }
    if (isChanged) {
      observer.run();
    }
    return problems;
  }

  private List<String> heldByOthers(Entry entry) {
    Workload workload = entry.accepted.workload();
    List<String> problems = new ArrayList<>();
    for (Workload.Port port : workload.ports()) {
      String owner = owners.get(new Socket(workload.address(), port.targetPort()));
      if (owner != null && !owner.equals(entry.identity)) {
        problems.add(
            "target_port: "
                + port.targetPort()
                + " at "
                + workload.address()
                + " (expected: one that "
                + owner
                + " does not have; taken when that one's lease has ended)");
      }
    }
    return problems;
  }

  /** An address and port belong to one process: who held them and is gone does not come back. */
  private void endLeasesOf(Workload workload, Session session) {
    Set<Socket> taken = sockets(workload);
    entries
        .values()
        .removeIf(
            entry -> {
              boolean isOver =
                  entry.session == null
                      && session.mayTakeFrom(entry.identity)
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
    boolean isChanged;
    synchronized (this) {
      entries.values().removeIf(entry -> entry.session == session);
      isChanged = settle();
    }
    if (isChanged) {
      observer.run();
    }
  }

  private void expire(String nodeId, Entry entry) {
    boolean isChanged;
    synchronized (this) {
      isChanged = entry.session == null && entries.remove(nodeId, entry) && settle();
    }
    if (isChanged) {
      observer.run();
    }
  }

  /** Finds out who has what, and returns whether the workloads are others now. Guarded by this. */
  private boolean settle() {
    Map<Socket, Entry> holders = holders();
    List<Workload> now = new ArrayList<>(entries.size());
    for (Entry entry : entries.values()) {
      Workload workload = held(entry, holders);
      if (!workload.ports().isEmpty()) {
        now.add(workload);
      }
    }
    Map<Socket, String> identities = new HashMap<>();
    holders.forEach(
        (socket, holder) -> {
          if (holder.identity != null) {
            identities.put(socket, holder.identity);
          }
        });
    owners = identities;
    boolean isChanged = !now.equals(workloads);
    if (isChanged) {
      workloads = List.copyOf(now);
    }
    return isChanged;
  }

  /**
   * Returns who has which address and port. It stays with the identity that has it. Of several
   * entries with an open stream the last one that announced it has it: the stream of a process that
   * is gone may stand for a while, and what listens there now is to be called by its own name.
   */
  private Map<Socket, Entry> holders() {
    Map<Socket, Entry> holders = new HashMap<>();
    for (Entry entry : entries.values()) {
      Workload workload = entry.accepted.workload();
      for (Workload.Port port : workload.ports()) {
        Socket socket = new Socket(workload.address(), port.targetPort());
        holders.merge(socket, entry, (one, other) -> holder(owners.get(socket), one, other));
      }
    }
    return holders;
  }

  private static Entry holder(@Nullable String owner, Entry one, Entry other) {
    if (owner != null && owner.equals(one.identity) != owner.equals(other.identity)) {
      return owner.equals(one.identity) ? one : other;
    }
    return one.order > other.order ? one : other;
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
  static final class Session {
    private final @Nullable String identity;

    /**
     * @param identity the SPIFFE ID that the agent proved to have; null if it has none
     */
    Session(@Nullable String identity) {
      this.identity = identity;
    }

    private boolean mayTakeFrom(@Nullable String holder) {
      return holder == null || holder.equals(identity);
    }
  }

  private static final class Entry {
    private final @Nullable String identity;
    private @Nullable Session session;
    private Announcement.Accepted accepted;
    private AgentReport report = AgentReport.getDefaultInstance();
    private final Instant connectedAt;
    private Instant heardAt;

    /** When it last said something new, as against others; 0 before it has. */
    private long order;

    private Timer.@Nullable Cancellable expiry;

    Entry(Session session, Announcement.Accepted accepted, Instant now) {
      this.identity = session.identity;
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
