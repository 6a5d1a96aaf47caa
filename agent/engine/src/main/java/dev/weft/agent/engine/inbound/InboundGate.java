/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.engine.EngineClock;
import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authorization.InboundRequest;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.engine.tls.InboundTls;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.InboundEngine;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.RefusedConnection;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.ServerTls;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in, or refuses them, and measures them. One that starts closed answers 503 until
 * {@link #open}, so that nothing is served before the rules are known. If we are broken, a request
 * is refused where something is guarded, and let in elsewhere. Thread-safe; does not block.
 */
public final class InboundGate implements InboundEngine {
  private static final Reply CLOSED = Replies.of(503, "no configuration has come yet", "");

  private final EngineClock clock;
  private final FaultLog faults;
  private final InboundObserver observer;
  private final TokenVerifier.Factory verifiers;
  private final Consumer<PolicyMatch> tellOfPolicy;

  /** Ports that do not take the mesh's TLS, with their hooks. */
  private final Map<Integer, String> withoutTls = new ConcurrentHashMap<>();

  /** Those of them that STRICT shuts; guarded by this object's monitor. */
  private final Set<Integer> shut = new HashSet<>();

  private InboundConfig applied = InboundConfig.NONE;
  private volatile boolean isOpen;
  private volatile @Nullable InboundTls tls;
  private volatile InboundGuard guard = InboundGuard.NONE;

  /**
   * Makes a gate that nothing guards yet.
   *
   * @param verifiers makes what verifies tokens
   */
  public InboundGate(
      EngineClock clock,
      FaultLog faults,
      InboundObserver observer,
      TokenVerifier.Factory verifiers,
      boolean startsOpen) {
    this.clock = clock;
    this.faults = faults;
    this.observer = observer;
    this.verifiers = verifiers;
    this.tellOfPolicy = this::tellOfPolicy;
    isOpen = startsOpen;
  }

  /** Says from now on what connections are to speak; before, their bytes are left alone. */
  public void secure(InboundTls newTls) {
    tls = newTls;
  }

  @Override
  public @Nullable ServerTls tls(int port) {
    InboundTls current = tls;
    return current == null ? null : current.at(port);
  }

  /** Returns what is wrong with what guards requests; empty if nothing. */
  public static List<String> problems(InboundConfig config) {
    try {
      new InboundGuard(config, TokenVerifier.Factory.NONE);
      return List.of();
    } catch (RuntimeException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Decides by another configuration from now on. What guards now is compiled anew only if it has
   * changed.
   *
   * @throws IllegalArgumentException if it has a bad value; then what guarded before goes on
   */
  public synchronized void apply(InboundConfig config) {
    if (config.equals(applied)) {
      return;
    }
    try {
      guard = new InboundGuard(config, verifiers);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "what guards requests cannot be compiled: " + e.getMessage(), e);
    }
    InboundTls current = tls;
    if (current != null) {
      current.apply(config);
    }
    applied = config;
    withoutTls.forEach(this::tellOfShut);
  }

  private synchronized void tellOfShut(int port, String hook) {
    boolean isShut = guard.isStrict(port);
    if (isShut ? shut.add(port) : shut.remove(port)) {
      try {
        observer.shut(hook, port, isShut);
      } catch (RuntimeException | LinkageError e) {
        faults.record("shut", e);
      }
    }
  }

  /** Lets requests in from now on. Idempotent. */
  public void open() {
    isOpen = true;
  }

  @Override
  public void listening(String hook, int port, String protocol, boolean takesTls) {
    try {
      observer.listening(hook, port, protocol, takesTls);
    } catch (RuntimeException | LinkageError e) {
      faults.record("listening", e);
    }
    if (takesTls) {
      withoutTls.remove(port);
    } else {
      withoutTls.put(port, hook);
      tellOfShut(port, hook);
    }
  }

  @Override
  public void closed(int port) {
    withoutTls.remove(port);
    synchronized (this) {
      shut.remove(port);
    }
    try {
      observer.closed(port);
    } catch (RuntimeException | LinkageError e) {
      faults.record("closed", e);
    }
  }

  @Override
  public <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    MeasuredCall<Q> call = new MeasuredCall<>(this, clock.nanos(), request, reader, peer);
    if (!isOpen) {
      call.reply = CLOSED;
      return call;
    }
    InboundGuard current = guard; // read once: one request sees one configuration
    try {
      Reply reply = current.check(call, tellOfPolicy);
      boolean isStuck = reply == null && call.hasHeadersToChange() && !reader.isMutable(request);
      call.reply = isStuck ? current.stuck(tellOfPolicy) : explained(reply, peer.localPort());
    } catch (RuntimeException | LinkageError e) {
      faults.record("authorize", e);
      call.reply = current.failed(tellOfPolicy);
    }
    return call;
  }

  /** Says what to do about a reply that a port always gives. */
  private @Nullable Reply explained(@Nullable Reply reply, int port) {
    return reply != null && reply.equals(InboundGuard.PLAINTEXT) && withoutTls.containsKey(port)
        ? Replies.of(
            reply.status(),
            "mutual TLS is required, and port "
                + port
                + " does not take the mesh's (expected: portLevelMtls DISABLE for it)",
            "")
        : reply;
  }

  @Override
  public boolean failed(String hook, int port, Throwable fault) {
    faults.record(hook, fault);
    return !isOpen || guard.failed(port, tellOfPolicy);
  }

  @Override
  public void refused(RefusedConnection connection) {
    if (connection.reason() != RefusedConnection.Reason.HANDSHAKE) {
      guard.refusedPlaintext(connection.port(), tellOfPolicy);
    }
    try {
      observer.connectionRefused(connection);
    } catch (RuntimeException | LinkageError e) {
      faults.record("connection refused", e);
    }
  }

  private void tellOfPolicy(PolicyMatch match) {
    try {
      observer.policyMatched(match);
    } catch (RuntimeException | LinkageError e) {
      faults.record("policy matched", e);
    }
  }

  private void ended(MeasuredCall<?> call, int status, int grpcStatus) {
    try {
      Reply reply = call.reply;
      String flag = reply == null ? "" : reply.flag();
      long duration = clock.nanos() - call.startNanos;
      observer.requestEnded(status, grpcStatus, flag, duration, call.peer().spiffeId());
    } catch (RuntimeException | LinkageError e) {
      faults.record("request ended", e);
    }
  }

  /** One request. Used by one thread at a time. */
  private static final class MeasuredCall<Q> extends InboundRequest implements InboundCall {
    private final InboundGate gate;
    private final long startNanos;
    private final Q request;
    private final RequestReader<Q> reader;
    private @Nullable Reply reply;
    private boolean hasEnded;

    MeasuredCall(InboundGate gate, long startNanos, Q request, RequestReader<Q> reader, Peer peer) {
      super(peer);
      this.gate = gate;
      this.startNanos = startNanos;
      this.request = request;
      this.reader = reader;
    }

    @Override
    protected String readPath() {
      return reader.path(request);
    }

    @Override
    protected String readMethod() {
      return reader.method(request);
    }

    @Override
    public @Nullable String authority() {
      return reader.authority(request);
    }

    @Override
    public @Nullable String header(String name) {
      return reader.header(request, name);
    }

    @Override
    public @Nullable Reply reply() {
      return reply;
    }

    boolean hasHeadersToChange() {
      return hasOtherHeaders();
    }

    @Override
    public boolean changesRequest() {
      return reply == null && hasOtherHeaders();
    }

    @Override
    public <H> void mutateRequest(H headers, HeaderWriter<H> writer) {
      try {
        changeHeaders(headers, writer);
      } catch (RuntimeException | LinkageError e) {
        gate.faults.record("mutate request", e);
        throw e;
      }
    }

    @Override
    public void end(int status, int grpcStatus) {
      if (!hasEnded) {
        hasEnded = true;
        gate.ended(this, status, grpcStatus);
      }
    }
  }
}
