/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.channel.NodeIdentity;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane client is to do.
 *
 * @param server where the policy server is; null for none
 * @param node who this agent is
 * @param announcement how this process is announced
 * @param cacheFolder where the last good configuration is kept; null to keep none
 * @param xdsFile a compiled configuration to use in place of the server's; null for none
 * @param adoptStore the identity of the store to adopt; empty for none
 * @param shown effective options by name for the report, secrets left out
 */
public record ControlOptions(
    @Nullable Server server,
    NodeIdentity node,
    Announcement announcement,
    @Nullable Path cacheFolder,
    @Nullable Path xdsFile,
    String adoptStore,
    Map<String, String> shown) {
  /** Copies the collection. */
  public ControlOptions {
    shown = Map.copyOf(shown);
  }

  /**
   * Where the policy server is.
   *
   * @param host a host name or an IP address
   * @param port 1 to 65535
   */
  public record Server(String host, int port) {}

  /**
   * How this process is announced.
   *
   * @param servicePort the port that callers name for the first port that is listened on; 0 for
   *     that port itself
   * @param weight its weight among its service's endpoints, 1 or more
   */
  public record Announcement(int servicePort, int weight) {
    /** Under the port that is listened on, with weight 1. */
    public static final Announcement AS_IT_LISTENS = new Announcement(0, 1);
  }
}
