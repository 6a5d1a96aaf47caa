/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.fault;

import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.match.HeaderMatcher;
import dev.weft.agent.engine.reply.GrpcStatus;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Envoy's fault filter for one route: a delay, then an abort, each by chance. Immutable. */
public final class FaultPolicy {
  private static final int MILLION = 1_000_000;

  private final HeaderMatcher[] headers;
  private final long delayNanos;
  private final int delayPerMillion;
  private final int abortPerMillion;
  private final @Nullable Reply abort;

  /** Compiles a policy. */
  public FaultPolicy(FaultConfig config) {
    headers = HeaderMatcher.compile(config.headers());
    delayNanos = config.delayNanos();
    delayPerMillion = config.delayPerMillion();
    abortPerMillion = config.abortPerMillion();
    abort = abort(config);
  }

  private static @Nullable Reply abort(FaultConfig config) {
    int status = config.abortHttpStatus();
    int grpcStatus = config.abortGrpcStatus();
    if (status == 0 && grpcStatus < 0) {
      return null;
    }
    return Replies.of(
        status == 0 ? GrpcStatus.toHttp(grpcStatus) : status,
        grpcStatus < 0 ? GrpcStatus.fromHttp(status) : grpcStatus,
        List.of(),
        "fault filter abort",
        "FI");
  }

  /** Returns whether the request's headers let the fault apply. */
  public <Q> boolean applies(Q request, RequestReader<Q> reader) {
    return HeaderMatcher.firstMismatch(headers, request, reader) == null;
  }

  /** Draws the delay, in nanoseconds; 0 for none. */
  public long drawDelayNanos(RandomGenerator random) {
    return delayNanos > 0 && isDrawn(delayPerMillion, random) ? delayNanos : 0;
  }

  /** Draws the abort; null for none. */
  public @Nullable Reply drawAbort(RandomGenerator random) {
    return abort != null && isDrawn(abortPerMillion, random) ? abort : null;
  }

  /** Returns whether one of a million draws was hit; does not draw for none and for all. */
  public static boolean isDrawn(int perMillion, RandomGenerator random) {
    return perMillion > 0 && (perMillion >= MILLION || random.nextInt(MILLION) < perMillion);
  }

  /** Returns the policy as a text for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (delayNanos > 0 && delayPerMillion > 0) {
      text.append("delay ").append(delayNanos / 1_000_000).append(" ms for ");
      text.append(delayPerMillion / 10_000.0).append(" %");
    }
    if (abort != null && abortPerMillion > 0) {
      text.append(text.isEmpty() ? "" : ", ").append("abort ").append(abort.status());
      text.append(" for ").append(abortPerMillion / 10_000.0).append(" %");
    }
    return text.toString();
  }
}
