/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

/**
 * A name that the agent resolves for a cluster.
 *
 * @param host a host name or an IP address
 * @param family which of its addresses count
 */
public record DnsName(String host, Family family) {
  /** Envoy's {@code DnsLookupFamily}. */
  public enum Family {
    /** The family of the first address that this JVM finds. */
    AUTO,
    /** IPv4 only. */
    V4_ONLY,
    /** IPv6 only. */
    V6_ONLY,
    /** IPv4, or IPv6 if there is none. */
    V4_PREFERRED,
    /** Both. */
    ALL
  }
}
