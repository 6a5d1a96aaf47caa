/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this process gets its identity. Its text names no secret.
 *
 * @param id the wanted identity
 * @param token a join token; empty for none
 * @param tokenFile a file with a join token, read at each use; null for none
 * @param jwtFile a file with a JWT, such as Kubernetes projects, read at each use; null for none
 * @param fingerprints the SHA-256 of trusted CAs' public keys in base64url; a join token brings its
 *     own
 * @param bundleFile certificates of trusted CAs in PEM; null for none
 * @param folder where the identity is kept for a restart; null to keep it in memory only
 * @param serverId the policy server's own identity
 */
public record IdentityOptions(
    SpiffeId id,
    String token,
    @Nullable Path tokenFile,
    @Nullable Path jwtFile,
    List<String> fingerprints,
    @Nullable Path bundleFile,
    @Nullable Path folder,
    String serverId) {
  /** Copies the collection. */
  public IdentityOptions {
    fingerprints = List.copyOf(fingerprints);
  }

  /** Returns whether there is anything to prove by who this process is. */
  public boolean hasCredentials() {
    return !token.isEmpty() || tokenFile != null || jwtFile != null;
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
