/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes the small messages that RBAC policies are made of. */
final class Rbac {
  private static final int IP_V4_BITS = 32;
  private static final int IP_V6_BITS = 128;

  private Rbac() {}

  /** Returns what matches if all do; anything, if there are none. */
  static Principal allPrincipals(List<Principal> all) {
    return all.isEmpty()
        ? Principal.newBuilder().setAny(true).build()
        : Principal.newBuilder().setAndIds(Principal.Set.newBuilder().addAllIds(all)).build();
  }

  static Principal anyPrincipal(List<Principal> any) {
    return Principal.newBuilder().setOrIds(Principal.Set.newBuilder().addAllIds(any)).build();
  }

  static Principal not(Principal principal) {
    return Principal.newBuilder().setNotId(principal).build();
  }

  /** Returns what matches if all do; anything, if there are none. */
  static Permission allPermissions(List<Permission> all) {
    return all.isEmpty()
        ? Permission.newBuilder().setAny(true).build()
        : Permission.newBuilder().setAndRules(Permission.Set.newBuilder().addAllRules(all)).build();
  }

  static Permission anyPermission(List<Permission> any) {
    return Permission.newBuilder().setOrRules(Permission.Set.newBuilder().addAllRules(any)).build();
  }

  static Permission not(Permission permission) {
    return Permission.newBuilder().setNotRule(permission).build();
  }

  /** Returns what {@code value}, {@code value*}, {@code *value} or {@code *} means. */
  static StringMatcher text(String value, boolean ignoreCase) {
    StringMatcher.Builder text = StringMatcher.newBuilder();
    if (value.equals("*")) {
      return text.setSafeRegex(Matches.regexMatcher(".+")).build();
    }
    text.setIgnoreCase(ignoreCase);
    if (value.startsWith("*")) {
      return text.setSuffix(value.substring(1)).build();
    }
    return value.endsWith("*")
        ? text.setPrefix(value.substring(0, value.length() - 1)).build()
        : text.setExact(value).build();
  }

  static HeaderMatcher header(String name, String value, boolean ignoreCase) {
    HeaderMatcher.Builder header =
        HeaderMatcher.newBuilder().setName(name.toLowerCase(Locale.ROOT));
    return value.equals("*")
        ? header.setPresentMatch(true).build()
        : header.setStringMatch(text(value, ignoreCase)).build();
  }

  /** Returns an address or a block such as 10.0.0.0/8; null if it is none. */
  static @Nullable CidrRange cidr(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    if (!IpAddress.isIp(address)) {
      return null;
    }
    int most = address.indexOf(':') < 0 ? IP_V4_BITS : IP_V6_BITS;
    int bits = most;
    if (slash >= 0) {
      try {
        bits = Integer.parseInt(text.substring(slash + 1));
      } catch (NumberFormatException e) {
        return null;
      }
    }
    return bits < 0 || bits > most
        ? null
        : CidrRange.newBuilder()
            .setAddressPrefix(address)
            .setPrefixLen(Protos.uint32(bits))
            .build();
  }

  /** Returns the name in {@code prefix[name]}; null if the key is another. */
  static @Nullable String bracketed(String key, String prefix) {
    return key.startsWith(prefix + "[") && key.endsWith("]") && key.length() > prefix.length() + 2
        ? key.substring(prefix.length() + 1, key.length() - 1)
        : null;
  }
}
