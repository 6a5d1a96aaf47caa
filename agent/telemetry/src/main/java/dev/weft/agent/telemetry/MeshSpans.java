/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import dev.weft.agent.engine.Observed;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.AttemptScopes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import org.jspecify.annotations.Nullable;

/**
 * Tells client spans which attempt they are: the attempt travels in the context from {@link #enter}
 * to the start of the span, where {@link #describe} writes it down. Thread-safe.
 */
public final class MeshSpans implements AttemptScopes {
  /** The name of the route that matched. */
  public static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weft.route");

  /** The virtual host that matched. */
  public static final AttributeKey<String> VIRTUAL_HOST =
      AttributeKey.stringKey("weft.virtual_host");

  /** The cluster that the request goes to. */
  public static final AttributeKey<String> CLUSTER = AttributeKey.stringKey("weft.cluster");

  /** The endpoint that was chosen, as {@code address:port}. */
  public static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("weft.endpoint");

  /** The attempt's number, from 1. */
  public static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("weft.attempt");

  /** The policy that decided about a request that came in. */
  public static final AttributeKey<String> POLICY = AttributeKey.stringKey("weft.policy");

  /** What it did: denied, would_deny, audited or unauthenticated. */
  public static final AttributeKey<String> EFFECT = AttributeKey.stringKey("weft.policy.effect");

  /** What was wrong with a token that a policy refused. */
  public static final AttributeKey<String> POLICY_REASON =
      AttributeKey.stringKey("weft.policy.reason");

  private static final AttributeKey<Long> RESEND_COUNT =
      AttributeKey.longKey("http.request.resend_count");
  private static final ContextKey<Observed> KEY = ContextKey.named("weft-attempt");

  // The scope that is returned closes it.
  @SuppressWarnings("MustBeClosedChecker")
  @Override
  public Scope enter(Attempt attempt) {
    if (!(attempt instanceof Observed observed)) {
      return Scope.NONE;
    }
    io.opentelemetry.context.Scope scope = Context.current().with(KEY, observed).makeCurrent();
    return scope::close;
  }

  /** Writes the attempt that the context carries, if any, into a client span that starts. */
  public static void describe(Context parent, Span span) {
    @Nullable Observed attempt = parent.get(KEY);
    if (attempt == null) {
      return;
    }
    span.setAttribute(ROUTE, attempt.route().route());
    span.setAttribute(VIRTUAL_HOST, attempt.route().virtualHost());
    span.setAttribute(CLUSTER, attempt.destination().cluster());
    span.setAttribute(ATTEMPT, (long) attempt.number());
    EndpointConfig endpoint = attempt.destination().endpoint();
    if (endpoint != null) {
      span.setAttribute(ENDPOINT, endpoint.address() + ":" + endpoint.port());
    }
    if (attempt.number() > 1) {
      span.setAttribute(RESEND_COUNT, attempt.number() - 1L);
    }
  }
}
