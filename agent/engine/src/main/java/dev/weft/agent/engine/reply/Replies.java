/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.reply;

import dev.weft.agent.seam.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The replies that need nothing of the request, built once. Bodies and flags are Envoy's. */
public final class Replies {
  // first, because the replies below need it
  private static final Map.Entry<String, String> TEXT = Map.entry("content-type", "text/plain");

  /** The virtual host has no route for the request. */
  public static final Reply NO_ROUTE = of(404, "", "NR");

  /** No virtual host lists the host and the policy allows only those that are listed. */
  public static final Reply BLACK_HOLE = of(502, "", "NR");

  /** The route's cluster does not exist. */
  public static final Reply NO_CLUSTER = of(503, "", "NC");

  /** The cluster has no endpoint to send to. */
  public static final Reply NO_HEALTHY_ENDPOINT = of(503, "no healthy upstream", "UH");

  /** A fault of ours, where going out without a decision could be plaintext. */
  public static final Reply UNDECIDED =
      of(503, "Weft failed to decide, and mutual TLS is ordered in this mesh", "");

  /** The cluster's requests are at their limit. */
  public static final Reply OVERFLOW =
      of(
          503,
          "upstream connect error or disconnect/reset before headers. reset reason: overflow",
          "UO");

  /** The route's timeout ran out, or the last try's. */
  public static final Reply TIMEOUT = of(504, "upstream request timeout", "UT");

  private Replies() {}

  /** Returns a reply whose gRPC status is derived from the HTTP status. */
  public static Reply of(int status, String body, String flag) {
    return of(status, GrpcStatus.fromHttp(status), List.of(), body, flag);
  }

  /** Returns a reply; one with a body is plain text. */
  public static Reply of(
      int status,
      int grpcStatus,
      List<Map.Entry<String, String>> headers,
      String body,
      String flag) {
    List<Map.Entry<String, String>> all = new ArrayList<>(headers);
    boolean typed = headers.stream().anyMatch(header -> header.getKey().equals("content-type"));
    if (!body.isEmpty() && !typed) {
      all.add(TEXT);
    }
    return new Reply(status, grpcStatus, all, body, flag, 0);
  }

  /** Returns the reply with a delay in nanoseconds before it. */
  public static Reply delayed(Reply reply, long delayNanos) {
    return delayNanos == 0
        ? reply
        : new Reply(
            reply.status(),
            reply.grpcStatus(),
            reply.headers(),
            reply.body(),
            reply.flag(),
            delayNanos);
  }
}
