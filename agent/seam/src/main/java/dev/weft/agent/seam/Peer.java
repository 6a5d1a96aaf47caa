/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a server connection.
 *
 * @param spiffeId the peer's SPIFFE ID as verified by its certificate; null if the connection is
 *     plaintext or its certificate has none
 * @param address the peer's IP address as text; null if unknown
 * @param localAddress the IP address that the connection came in on, as text; null if unknown
 * @param localPort the port that the connection came in on
 * @param serverName the server name that the caller's TLS asked for, in lower case; null if it did
 *     not and in plaintext
 */
public record Peer(
    @Nullable String spiffeId,
    @Nullable String address,
    @Nullable String localAddress,
    int localPort,
    @Nullable String serverName) {}
