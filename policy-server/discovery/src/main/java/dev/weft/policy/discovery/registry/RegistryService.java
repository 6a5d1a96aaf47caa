/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery.registry;

import dev.weft.policy.discovery.AgentIdentity;
import dev.weft.protocol.registry.v1.AnnounceRequest;
import dev.weft.protocol.registry.v1.AnnounceResponse;
import dev.weft.protocol.registry.v1.RegistryServiceGrpc.RegistryServiceImplBase;
import dev.weft.protocol.registry.v1.Workload;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Takes announcements. The stream is the lease. Thread-safe. */
public final class RegistryService extends RegistryServiceImplBase {
  private static final Logger LOGGER = System.getLogger(RegistryService.class.getName());

  private final Registry registry;
  private final String controlPlaneIdentity;
  private final Duration lease;
  private final Set<Announcer> announcers = ConcurrentHashMap.newKeySet();

  /**
   * @param registry gets what is announced
   * @param controlPlaneIdentity the identity of the store, told to agents
   * @param lease told to agents
   */
  public RegistryService(Registry registry, String controlPlaneIdentity, Duration lease) {
    this.registry = registry;
    this.controlPlaneIdentity = controlPlaneIdentity;
    this.lease = lease;
  }

  @Override
  public StreamObserver<AnnounceRequest> announce(StreamObserver<AnnounceResponse> responses) {
    Announcer announcer =
        new Announcer(
            (ServerCallStreamObserver<AnnounceResponse>) responses, AgentIdentity.KEY.get());
    announcers.add(announcer);
    announcer.responses.setOnCancelHandler(() -> announcer.onError(Status.CANCELLED.asException()));
    return announcer;
  }

  /** Ends all streams. What was announced stays for its lease, for whom it may concern. */
  public void close() {
    for (Announcer announcer : announcers) {
      announcer.stop();
    }
  }

  /** One stream. gRPC calls it one message at a time; only the end may come from elsewhere. */
  private final class Announcer implements StreamObserver<AnnounceRequest> {
    private final ServerCallStreamObserver<AnnounceResponse> responses;
    private final Registry.Session session;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final @Nullable AgentIdentity identity;

    /** What another identity had a part of when it was announced; null for nothing. */
    private Announcement.@Nullable Accepted waiting;

    private List<String> refusedBefore = List.of();

    Announcer(
        ServerCallStreamObserver<AnnounceResponse> responses, @Nullable AgentIdentity identity) {
      this.responses = responses;
      this.identity = identity;
      this.session = new Registry.Session(identity == null ? null : identity.spiffeId());
    }

    @Override
    public void onNext(AnnounceRequest request) {
      if (isOver.get()) {
        return;
      }
      List<String> problems = new ArrayList<>();
      if (request.hasWorkload()) {
        waiting =
            isOwn(request.getWorkload(), problems)
                ? Announcement.check(request.getWorkload(), problems)
                : null;
      }
      boolean isAnnounced = waiting != null;
      if (waiting != null) {
        announce(waiting, problems);
      }
      if (request.hasReport() && !registry.report(session, request.getReport()) && !isAnnounced) {
        problems.add("report: before any workload was taken (expected: a workload first)");
      }
      synchronized (responses) {
        if (!isOver.get()) {
          responses.onNext(
              AnnounceResponse.newBuilder()
                  .setControlPlaneId(controlPlaneIdentity)
                  .setLeaseSeconds((int) lease.toSeconds())
                  .addAllProblems(problems)
                  .build());
        }
      }
    }

    /**
     * Tries again with each message what another identity had: an agent announces itself once, and
     * what is in its way may be a lease that ends.
     */
    private void announce(Announcement.Accepted accepted, List<String> problems) {
      List<String> refused = registry.announce(session, accepted);
      if (!refused.isEmpty() && !refused.equals(refusedBefore)) {
        LOGGER.log(
            Level.WARNING,
            (identity == null ? "A workload without an identity" : identity.spiffeId())
                + " announces what another has: "
                + String.join("; ", refused));
      }
      refusedBefore = refused;
      problems.addAll(refused);
      if (refused.isEmpty()) {
        waiting = null;
      }
    }

    private boolean isOwn(Workload workload, List<String> problems) {
      String problem =
          identity == null
              ? null
              : identity.problem(workload.getNamespace(), workload.getServiceAccount());
      if (problem != null) {
        problems.add(problem);
      }
      return problem == null;
    }

    @Override
    public void onError(Throwable cause) {
      if (isOver.compareAndSet(false, true)) {
        announcers.remove(this);
        registry.dropped(session);
      }
    }

    /** An agent that closes its side in good order says that its process stops. */
    @Override
    public void onCompleted() {
      if (isOver.compareAndSet(false, true)) {
        announcers.remove(this);
        registry.left(session);
        responses.onCompleted();
      }
    }

    void stop() {
      synchronized (responses) {
        if (isOver.compareAndSet(false, true)) {
          announcers.remove(this);
          registry.dropped(session);
          responses.onError(
              Status.UNAVAILABLE
                  .withDescription("the policy server is stopping")
                  .asRuntimeException());
        }
      }
    }
  }
}
