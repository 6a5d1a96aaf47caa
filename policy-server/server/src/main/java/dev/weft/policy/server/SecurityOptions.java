/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a policy server protects itself and whom it gives identities.
 *
 * @param plaintext whether it speaks plain text, too; then an agent or user without credentials is
 *     let in on a connection in plain text
 * @param trustDomain the trust domain of all identities
 * @param caFolder a CA's keys and certificates that an operator keeps; null for a CA of its own, in
 *     the data directory
 * @param certificateLifetime how long workload certificates are valid
 * @param names the DNS names and IP addresses beside its own that clients may call the server by
 * @param api whom it lets use the API, and how much
 * @param issuers whose JWTs are taken for certificates
 */
public record SecurityOptions(
    boolean plaintext,
    String trustDomain,
    @Nullable Path caFolder,
    Duration certificateLifetime,
    List<String> names,
    ApiAccess api,
    List<Issuer> issuers) {
  /** A day. */
  public static final Duration DEFAULT_LIFETIME = Duration.ofDays(1);

  /** TLS and plain text, a CA of its own. */
  public static final SecurityOptions PLAINTEXT =
      new SecurityOptions(
          true,
          "cluster.local",
          null,
          DEFAULT_LIFETIME,
          List.of(),
          ApiAccess.ADMINISTRATOR_ONLY,
          List.of());

  /** Copies the collections. */
  public SecurityOptions {
    names = List.copyOf(names);
    issuers = List.copyOf(issuers);
  }

  /**
   * Whom the API is for.
   *
   * @param users the API's users beside the administrator, by the hashes of their tokens or by
   *     their certificates; null for none
   * @param clientCa the CAs of users' certificates, in PEM; null for none but the mesh's own
   * @param requestsPerSecond how much a user, or an address that is nobody, may ask in a second
   */
  public record ApiAccess(@Nullable Path users, @Nullable Path clientCa, int requestsPerSecond) {
    /** Far more than people and their tools ask. */
    public static final int DEFAULT_RATE = 200;

    /** The administrator's token and no other. */
    public static final ApiAccess ADMINISTRATOR_ONLY = new ApiAccess(null, null, DEFAULT_RATE);
  }

  /**
   * An issuer of JWTs.
   *
   * @param name what its tokens' claim {@code iss} says
   * @param audience what their claim {@code aud} must have
   * @param keys a file with its JSON Web Key Set, or that set's URI
   */
  public record Issuer(String name, String audience, String keys) {}
}
