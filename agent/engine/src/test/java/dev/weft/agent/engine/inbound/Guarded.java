/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.Chain;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.InboundFilter;
import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.RbacFilter.Action;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A gate with something that guards it, and what it told. */
final class Guarded implements InboundObserver {
  static final Peer PEER = new Peer(null, "10.0.0.7", "10.1.0.1", 8080, null);

  final List<String> told = new ArrayList<>();
  final FaultLog faults = new FaultLog(() -> 0, (doing, fault) -> {});
  final InboundGate gate;

  Guarded(TokenVerifier.Factory verifiers, InboundFilter... filters) {
    gate = new InboundGate(() -> 0, faults, this, verifiers, true);
    gate.apply(new InboundConfig(false, List.of(chain(0, MutualTls.PERMISSIVE, filters))));
  }

  Guarded(InboundFilter... filters) {
    this(TokenVerifier.Factory.NONE, filters);
  }

  static Chain chain(int port, MutualTls mode, InboundFilter... filters) {
    return new Chain(port, mode, List.of(filters));
  }

  /** A filter with one policy that asks for one thing. */
  static RbacFilter filter(Action action, RbacCondition permission, RbacCondition principal) {
    return new RbacFilter(rules(action, permission, principal), null);
  }

  static RbacFilter.Rules rules(Action action, RbacCondition permission, RbacCondition principal) {
    return new RbacFilter.Rules(
        action, List.of(new RbacFilter.Policy("p", List.of(permission), List.of(principal))));
  }

  static RbacCondition path(String exact) {
    return new RbacCondition.Path(new StringMatch.Exact(exact, false));
  }

  static RbacCondition pathPrefix(String prefix) {
    return new RbacCondition.Path(new StringMatch.Prefix(prefix, false));
  }

  InboundCall begin(Incoming request, Peer peer) {
    return Objects.requireNonNull(gate.begin(request, Incoming.Reader.INSTANCE, peer));
  }

  /** Returns the status that refuses a request; 0 if it is let in. */
  int status(Incoming request) {
    return status(request, PEER);
  }

  int status(Incoming request, Peer peer) {
    var reply = begin(request, peer).reply();
    return reply == null ? 0 : reply.status();
  }

  @Override
  public void listening(String hook, int port, String protocol, boolean takesTls) {}

  @Override
  public void closed(int port) {}

  @Override
  public void policyMatched(PolicyMatch match) {
    told.add((match.effect() + " " + match.policy() + " " + match.reason()).strip());
  }

  @Override
  public void requestEnded(
      int status,
      int grpcStatus,
      @Nullable String flag,
      long durationNanos,
      @Nullable String principal) {}
}
