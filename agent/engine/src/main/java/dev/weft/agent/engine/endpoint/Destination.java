/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.endpoint;

import dev.weft.agent.engine.config.EndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt goes or a call was meant to go, for metrics and spans. Built at push. Immutable.
 *
 * @param cluster the cluster's name; empty if the call found none
 * @param service the host name of the service; empty if unknown
 * @param subset the subset's name; empty if there is none
 * @param endpoint the endpoint; null if none was chosen, or the application's own DNS chooses
 */
public record Destination(
    String cluster, String service, String subset, @Nullable EndpointConfig endpoint) {
  /** The destination of a call that found no cluster. */
  public static final Destination UNKNOWN = new Destination("", "", "", null);
}
