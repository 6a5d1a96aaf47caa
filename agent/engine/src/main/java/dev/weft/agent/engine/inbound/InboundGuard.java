/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.engine.authentication.TokenCheck;
import dev.weft.agent.engine.authentication.TokenFailure;
import dev.weft.agent.engine.authentication.TokenRefusal;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authorization.InboundRequest;
import dev.weft.agent.engine.authorization.PolicyCheck;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.InboundFilter;
import dev.weft.agent.engine.config.JwtFilter;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.seam.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What guards requests that come in, compiled at push. Immutable, but for keys of issuers. */
final class InboundGuard {
  /** Nothing is guarded. */
  static final InboundGuard NONE = new InboundGuard(InboundConfig.NONE, TokenVerifier.Factory.NONE);

  private static final Reply ACCESS_DENIED = Replies.of(403, "RBAC: access denied", "");

  /** To a caller who came without the mesh's TLS where that is demanded. */
  static final Reply PLAINTEXT = Replies.of(403, "mutual TLS is required", "");

  private static final Reply UNKNOWN =
      Replies.of(503, "it is not known what guards this service", "");

  /** For the mode of a policy whose name has not come with it. */
  private static final String PEER_AUTHENTICATION = "peer_authentication";

  /** For a provider without a name. */
  private static final String REQUEST_AUTHENTICATION = "request_authentication";

  private static final PolicyMatch CLOSED =
      new PolicyMatch(PolicyMatch.Effect.DENIED, "no_configuration");

  /** The server's adapter cannot take away headers that callers must not make up. */
  private static final PolicyMatch STUCK =
      new PolicyMatch(PolicyMatch.Effect.DENIED, "headers_cannot_be_changed");

  /** Our own failure. */
  private static final PolicyMatch FAILED = new PolicyMatch(PolicyMatch.Effect.DENIED, "failure");

  private final boolean isClosed;
  private final boolean isGuarding;
  private final Map<Integer, Chain> byPort = new HashMap<>();
  private final Chain others;

  /**
   * Compiles what guards.
   *
   * @throws IllegalArgumentException if a filter has a bad value
   */
  InboundGuard(InboundConfig config, TokenVerifier.Factory verifiers) {
    isClosed = config.isClosed();
    isGuarding = config.isGuarding();
    Chain ofOthers = new Chain(null, List.of());
    Map<List<InboundFilter>, List<Object>> compiled = new HashMap<>();
    for (InboundConfig.Chain chain : config.chains()) {
      List<Object> checks =
          compiled.computeIfAbsent(chain.filters(), filters -> compile(filters, verifiers));
      Chain made = new Chain(strict(chain), checks);
      if (chain.port() == 0) {
        ofOthers = made;
      } else {
        byPort.put(chain.port(), made);
      }
    }
    others = ofOthers;
  }

  /** Returns what refuses plaintext; null if nothing does. */
  private static @Nullable PolicyMatch strict(InboundConfig.Chain chain) {
    if (chain.mutualTls() != MutualTls.STRICT) {
      return null;
    }
    String policy = chain.mutualTlsPolicy();
    return new PolicyMatch(
        PolicyMatch.Effect.DENIED, policy.isEmpty() ? PEER_AUTHENTICATION : policy);
  }

  private static List<Object> compile(
      List<InboundFilter> filters, TokenVerifier.Factory verifiers) {
    List<Object> checks = new ArrayList<>();
    for (InboundFilter filter : filters) {
      if (filter instanceof JwtFilter jwt) {
        checks.add(new TokenCheck(jwt, verifiers));
      } else if (filter instanceof RbacFilter rbac) {
        checks.add(new PolicyCheck(rbac));
      }
    }
    return checks;
  }

  /** Returns whether some request may be refused, so that our own failure has to refuse. */
  boolean isGuarding() {
    return isGuarding;
  }

  /**
   * Returns the reply that refuses a request; null to let it in.
   *
   * @param observer is told what decided
   */
  @Nullable Reply check(InboundRequest request, Consumer<PolicyMatch> observer) {
    if (!isGuarding) {
      return null;
    }
    if (isClosed) {
      observer.accept(CLOSED);
      return UNKNOWN;
    }
    Chain chain = at(request.peer().localPort());
    if (chain.strict != null && request.peer().spiffeId() == null) {
      observer.accept(chain.strict);
      return PLAINTEXT;
    }
    for (Object check : chain.checks) {
      Reply reply =
          check instanceof PolicyCheck policies
              ? check(policies, request, observer)
              : check((TokenCheck) check, request, observer);
      if (reply != null) {
        return reply;
      }
    }
    return null;
  }

  private static @Nullable Reply check(
      PolicyCheck policies, InboundRequest request, Consumer<PolicyMatch> observer) {
    PolicyMatch match = policies.check(request, observer);
    if (match == null) {
      return null;
    }
    observer.accept(match);
    return ACCESS_DENIED;
  }

  private static @Nullable Reply check(
      TokenCheck tokens, InboundRequest request, Consumer<PolicyMatch> observer) {
    TokenRefusal refusal = tokens.check(request);
    if (refusal == null) {
      return null;
    }
    String policy = refusal.provider().isEmpty() ? REQUEST_AUTHENTICATION : refusal.provider();
    TokenFailure failure = refusal.failure();
    observer.accept(new PolicyMatch(PolicyMatch.Effect.UNAUTHENTICATED, policy, failure.text()));
    return Unauthenticated.reply(failure, request);
  }

  /** Returns the reply after a failure of our own, which refuses where something is guarded. */
  @Nullable Reply failed(Consumer<PolicyMatch> observer) {
    if (!isGuarding) {
      return null;
    }
    observer.accept(FAILED);
    return ACCESS_DENIED;
  }

  /** Tells who demands TLS of a connection that was closed for want of it. */
  void refusedPlaintext(int port, Consumer<PolicyMatch> observer) {
    PolicyMatch strict = at(port).strict;
    if (strict != null) {
      observer.accept(strict);
    }
  }

  /** Returns whether callers of a port need a certificate of the mesh. */
  boolean isStrict(int port) {
    return at(port).strict != null;
  }

  /** Returns whether a failure of a server's adapter has to refuse what came in on a port. */
  boolean failed(int port, Consumer<PolicyMatch> observer) {
    Chain chain = at(port);
    boolean isGuarded =
        isClosed || chain.strict != null || chain.checks.length > 0 || (port == 0 && isGuarding);
    if (isGuarded) {
      observer.accept(FAILED);
    }
    return isGuarded;
  }

  private Chain at(int port) {
    return byPort.isEmpty() ? others : byPort.getOrDefault(port, others);
  }

  /** Returns the reply to a request whose headers would have to be changed and cannot be. */
  Reply stuck(Consumer<PolicyMatch> observer) {
    observer.accept(STUCK);
    return ACCESS_DENIED;
  }

  private static final class Chain {
    private final @Nullable PolicyMatch strict;
    private final Object[] checks;

    Chain(@Nullable PolicyMatch strict, List<Object> checks) {
      this.strict = strict;
      this.checks = checks.toArray();
    }
  }
}
