/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.re2j.Pattern;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What tells callers apart. Each returns null for a value that it cannot have. */
final class RbacSources {
  private static final String SCHEME = "spiffe://";

  private final String namespace;
  private final TrustDomains domains;

  /**
   * @param namespace the policy's
   */
  RbacSources(String namespace, TrustDomains domains) {
    this.namespace = namespace;
    this.domains = domains;
  }

  /** Returns how values of a condition's key are read; null if the key is no such. */
  @Nullable Function<String, @Nullable Principal> ofKey(String key) {
    String header = Rbac.bracketed(key, "request.headers");
    if (header != null) {
      return value -> Principal.newBuilder().setHeader(Rbac.header(header, value, false)).build();
    }
    return switch (key) {
      case "source.ip" -> RbacSources::directIp;
      case "remote.ip" -> RbacSources::remoteIp;
      case "source.namespace" -> RbacSources::namespace;
      case "source.principal" -> this::principal;
      case "source.serviceAccount" -> this::serviceAccount;
      default -> RbacClaims.ofKey(key);
    };
  }

  /** An identity, without its scheme, by whichever name the mesh's trust domain has. */
  Principal principal(String value) {
    List<Principal> any = new ArrayList<>();
    for (String meant : domains.meantBy(value)) {
      any.add(authenticated(Rbac.text(meant.startsWith("*") ? meant : SCHEME + meant, false)));
    }
    return any.size() == 1 ? any.get(0) : Rbac.anyPrincipal(any);
  }

  static @Nullable Principal namespace(String value) {
    StringBuilder regex = new StringBuilder(".*/ns/");
    String[] parts = value.split("\\*", -1);
    for (int i = 0; i < parts.length; i++) {
      regex.append(i == 0 ? "" : ".*").append(Pattern.quote(parts[i]));
    }
    return authenticated(
        StringMatcher.newBuilder()
            .setSafeRegex(Matches.regexMatcher(regex.append("/.*").toString()))
            .build());
  }

  /** {@code namespace/account}, or an account of the policy's namespace. */
  @Nullable Principal serviceAccount(String value) {
    int slash = value.indexOf('/');
    String ofNamespace = slash < 0 ? namespace : value.substring(0, slash);
    String account = value.substring(slash + 1);
    return account.isEmpty() || account.indexOf('/') >= 0 || value.indexOf('*') >= 0
        ? null
        : authenticated(
            StringMatcher.newBuilder().setSuffix("/ns/" + ofNamespace + "/sa/" + account).build());
  }

  static @Nullable Principal directIp(String value) {
    CidrRange range = Rbac.cidr(value);
    return range == null ? null : Principal.newBuilder().setDirectRemoteIp(range).build();
  }

  static @Nullable Principal remoteIp(String value) {
    CidrRange range = Rbac.cidr(value);
    return range == null ? null : Principal.newBuilder().setRemoteIp(range).build();
  }

  private static Principal authenticated(StringMatcher name) {
    return Principal.newBuilder()
        .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
        .build();
  }
}
