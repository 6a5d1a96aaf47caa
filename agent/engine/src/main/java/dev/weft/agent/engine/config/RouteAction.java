/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a route does with a request. */
public sealed interface RouteAction {
  /**
   * Sends it to one of several clusters.
   *
   * @param clusters at least one; their weights' sum is above 0
   * @param rewrite changes of path and authority
   * @param timeoutNanos the route's timeout, over all attempts; 0 for none
   * @param retry when to try again
   * @param mirrors where copies go
   * @param hashPolicies what ring hash and Maglev hash by, in order
   */
  record Forward(
      List<WeightedCluster> clusters,
      Rewrite rewrite,
      long timeoutNanos,
      RetryConfig retry,
      List<Mirror> mirrors,
      List<HashPolicy> hashPolicies)
      implements RouteAction {
    /** Copies the collections. */
    public Forward {
      clusters = List.copyOf(clusters);
      mirrors = List.copyOf(mirrors);
      hashPolicies = List.copyOf(hashPolicies);
    }
  }

  /**
   * Answers without sending it.
   *
   * @param status 200 to 599
   * @param body UTF-8 text, may be empty
   */
  record DirectResponse(int status, String body) implements RouteAction {}

  /**
   * Answers with a redirect.
   *
   * @param status 301, 302, 303, 307 or 308
   * @param scheme the new scheme; null: the request's
   * @param host the new host; null: the request's
   * @param port the new port; 0: the request's, or the new scheme's default if the scheme changes
   * @param path the new path; null: the request's
   * @param prefixRewrite replaces the matched prefix; null: no
   * @param stripQuery whether the query is left out
   */
  record Redirect(
      int status,
      @Nullable String scheme,
      @Nullable String host,
      int port,
      @Nullable String path,
      @Nullable String prefixRewrite,
      boolean stripQuery)
      implements RouteAction {}

  /**
   * One destination.
   *
   * @param cluster a cluster's name; if there is none of that name the request is answered with 503
   *     and the flag {@code NC}
   * @param weight 0 or more
   * @param headers header operations of this destination, applied after the route's
   * @param hostRewrite the authority to send; null: as the route says
   */
  record WeightedCluster(
      String cluster, long weight, HeaderMutations headers, @Nullable String hostRewrite) {}

  /**
   * Changes of path and authority. At most one of the three path fields is there.
   *
   * @param prefix replaces the matched prefix or exact path; the query is kept
   * @param regex an RE2 expression whose matches are replaced by {@code substitution}
   * @param substitution with {@code \1} for groups
   * @param path the whole new path; the query is kept
   * @param authority the authority to send
   */
  record Rewrite(
      @Nullable String prefix,
      @Nullable String regex,
      @Nullable String substitution,
      @Nullable String path,
      @Nullable String authority) {
    /** Changes nothing. */
    public static final Rewrite NONE = new Rewrite(null, null, null, null, null);
  }

  /**
   * A mirror.
   *
   * @param cluster a cluster's name
   * @param perMillion how many of a million requests are copied, 0 to 1,000,000
   */
  record Mirror(String cluster, int perMillion) {}

  /** What consistent hashing hashes by. */
  sealed interface HashPolicy {
    /** A request header's value. */
    record Header(String name) implements HashPolicy {}

    /** A cookie's value; Envoy's generation of a missing one is not done by a client. */
    record Cookie(String name) implements HashPolicy {}

    /** A query parameter's value. */
    record QueryParameter(String name) implements HashPolicy {}

    /** The caller's own address: the same for all calls of one process. */
    record SourceIp() implements HashPolicy {}
  }
}
