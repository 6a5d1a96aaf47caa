/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a verified token says of the caller, in the metadata of the filter that verified it. */
final class RbacClaims {
  private static final String FILTER = "envoy.filters.http.jwt_authn";
  private static final String CLAIMS = "request.auth.claims";

  private RbacClaims() {}

  /** Returns how values of a condition's key are read; null if the key is no such. */
  static @Nullable Function<String, @Nullable Principal> ofKey(String key) {
    return switch (key) {
      case "request.auth.principal" -> RbacClaims::requestPrincipal;
      case "request.auth.audiences" -> value -> claim(List.of("aud"), Rbac.text(value, false));
      case "request.auth.presenter" -> value -> claim(List.of("azp"), Rbac.text(value, false));
      default -> {
        List<String> path = path(key);
        yield path == null ? null : value -> claim(path, Rbac.text(value, false));
      }
    };
  }

  /** Reads {@code request.auth.claims[a][b]}. */
  private static @Nullable List<String> path(String key) {
    String inside = Rbac.bracketed(key, CLAIMS);
    if (inside == null) {
      return null;
    }
    List<String> path = List.of(inside.split("\\]\\[", -1));
    boolean isGood =
        path.stream().noneMatch(name -> name.isEmpty() || name.matches(".*[\\[\\]].*"));
    return isGood ? path : null;
  }

  /**
   * Returns what matches {@code ISS/SUB}. Both may have slashes inside, so each slash may be the
   * one between them; a star at an end stands for the rest of the two together.
   */
  static @Nullable Principal requestPrincipal(String value) {
    if (value.equals("*")) {
      return both(Rbac.text("*", false), Rbac.text("*", false));
    }
    List<Principal> any = new ArrayList<>();
    for (int slash = value.indexOf('/'); slash >= 0; slash = value.indexOf('/', slash + 1)) {
      String issuer = value.substring(0, slash);
      String subject = value.substring(slash + 1);
      if (!issuer.isEmpty() && !subject.isEmpty()) {
        any.add(both(Rbac.text(issuer, false), Rbac.text(subject, false)));
      }
    }
    if (value.endsWith("*")) {
      any.add(both(Rbac.text(value, false), Rbac.text("*", false)));
    } else if (value.startsWith("*")) {
      any.add(both(Rbac.text("*", false), Rbac.text(value, false)));
    }
    return any.isEmpty() ? null : Rbac.anyPrincipal(any);
  }

  private static Principal both(StringMatcher issuer, StringMatcher subject) {
    return Rbac.allPrincipals(
        List.of(single(List.of("iss"), issuer), single(List.of("sub"), subject)));
  }

  private static Principal single(List<String> path, StringMatcher text) {
    return metadata(path, ValueMatcher.newBuilder().setStringMatch(text).build());
  }

  /** A claim that is a text, or a list with such a text. */
  private static Principal claim(List<String> path, StringMatcher text) {
    ValueMatcher one = ValueMatcher.newBuilder().setStringMatch(text).build();
    return metadata(
        path,
        ValueMatcher.newBuilder()
            .setOrMatch(
                OrMatcher.newBuilder()
                    .addValueMatchers(one)
                    .addValueMatchers(
                        ValueMatcher.newBuilder()
                            .setListMatch(ListMatcher.newBuilder().setOneOf(one))))
            .build());
  }

  // Deprecated in favour of sourced_metadata, which older agents of Istio do not know.
  @SuppressWarnings("deprecation")
  private static Principal metadata(List<String> path, ValueMatcher value) {
    MetadataMatcher.Builder metadata =
        MetadataMatcher.newBuilder().setFilter(FILTER).setValue(value);
    metadata.addPathBuilder().setKey(JwtProviders.PAYLOAD);
    path.forEach(key -> metadata.addPathBuilder().setKey(key));
    return Principal.newBuilder().setMetadata(metadata).build();
  }
}
