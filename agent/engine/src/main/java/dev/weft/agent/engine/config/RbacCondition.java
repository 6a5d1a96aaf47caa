/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Envoy's {@code Permission} and {@code Principal}: what a request is like, or who sends it. */
public sealed interface RbacCondition {
  /** Matches anything. */
  record Any() implements RbacCondition {}

  /** All of them match. */
  record All(List<RbacCondition> conditions) implements RbacCondition {
    /** Copies the collection. */
    public All {
      conditions = List.copyOf(conditions);
    }
  }

  /** One of them matches. */
  record OneOf(List<RbacCondition> conditions) implements RbacCondition {
    /** Copies the collection. */
    public OneOf {
      conditions = List.copyOf(conditions);
    }
  }

  /** It does not match. */
  record Not(RbacCondition condition) implements RbacCondition {}

  /** A header, pseudo headers included. */
  record Header(RouteMatch.HeaderMatch match) implements RbacCondition {}

  /** The path without its query. */
  record Path(StringMatch match) implements RbacCondition {}

  /**
   * The path without its query, by segments.
   *
   * @param template starts with a slash; {@code *} is one segment, {@code **}, at the end, any
   */
  record PathTemplate(String template) implements RbacCondition {}

  /**
   * The port that the connection came in on.
   *
   * @param first the first that matches
   * @param last the last that matches
   */
  record DestinationPort(int first, int last) implements RbacCondition {}

  /** The address that the connection came in on. */
  record DestinationIp(IpBlock block) implements RbacCondition {}

  /** The server name that the caller's TLS asked for; empty if it did not. */
  record ServerName(StringMatch match) implements RbacCondition {}

  /**
   * The caller's identity as verified by its certificate.
   *
   * @param match null for any; a caller without one never matches
   */
  record PeerName(@Nullable StringMatch match) implements RbacCondition {}

  /** The address that the connection came from. */
  record DirectIp(IpBlock block) implements RbacCondition {}

  /** The last address of {@code x-forwarded-for}, else the one that the connection came from. */
  record RemoteIp(IpBlock block) implements RbacCondition {}

  /**
   * A claim of the verified token; without one it never matches.
   *
   * @param path its name, or the names that lead to it
   * @param text what a text must be; null if none will do
   * @param element what one of a list's texts must be; null if none will do
   */
  record Claim(List<String> path, @Nullable StringMatch text, @Nullable StringMatch element)
      implements RbacCondition {
    /** Copies the collection. */
    public Claim {
      path = List.copyOf(path);
    }
  }

  /**
   * A CIDR block.
   *
   * @param address an IP address as text
   * @param prefixLength how many of its bits count, 0 to 32 or 128
   */
  record IpBlock(String address, int prefixLength) {}
}
