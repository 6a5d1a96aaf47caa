/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.cluster.Cluster;
import org.jspecify.annotations.Nullable;

/**
 * One destination of a route, with what is done to requests and responses on the way. Immutable.
 */
public final class Target {
  private final String clusterName;
  private final @Nullable Cluster cluster;
  private final @Nullable String authority;
  private final HeaderOperations request;
  private final HeaderOperations response;

  Target(
      String clusterName,
      @Nullable Cluster cluster,
      @Nullable String authority,
      HeaderOperations request,
      HeaderOperations response) {
    this.clusterName = clusterName;
    this.cluster = cluster;
    this.authority = authority;
    this.request = request;
    this.response = response;
  }

  /** Returns the cluster's name. */
  public String clusterName() {
    return clusterName;
  }

  /** Returns the cluster; null if there is none of that name. */
  public @Nullable Cluster cluster() {
    return cluster;
  }

  /** Returns the authority to send; null for the request's own. */
  public @Nullable String authority() {
    return authority;
  }

  /** Returns the operations on request headers. */
  public HeaderOperations requestHeaders() {
    return request;
  }

  /** Returns the operations on response headers. */
  public HeaderOperations responseHeaders() {
    return response;
  }
}
