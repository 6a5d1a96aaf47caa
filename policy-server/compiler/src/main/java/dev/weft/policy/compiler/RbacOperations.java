/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What tells requests apart. Each returns null for a value that it cannot have. */
final class RbacOperations {
  private static final int MAX_PORT = 65_535;

  private RbacOperations() {}

  /** Returns how values of a condition's key are read; null if the key is no such. */
  static @Nullable Function<String, @Nullable Permission> ofKey(String key) {
    return switch (key) {
      case "destination.ip" -> RbacOperations::ip;
      case "destination.port" -> RbacOperations::port;
      case "connection.sni" -> RbacOperations::serverName;
      default -> null;
    };
  }

  static @Nullable Permission host(String value) {
    return Permission.newBuilder().setHeader(Rbac.header(":authority", value, true)).build();
  }

  static @Nullable Permission method(String value) {
    return Permission.newBuilder().setHeader(Rbac.header(":method", value, false)).build();
  }

  static @Nullable Permission path(String value) {
    if (value.indexOf('{') >= 0) {
      return isTemplate(value) ? template(value) : null;
    }
    return Permission.newBuilder()
        .setUrlPath(PathMatcher.newBuilder().setPath(Rbac.text(value, false)))
        .build();
  }

  /** In {@code /a/{*}/b/{**}/c} a star is a whole segment, and two are the last of them. */
  private static boolean isTemplate(String value) {
    boolean isGood = value.startsWith("/");
    boolean isAfterTwo = false;
    for (String segment : value.split("/", -1)) {
      boolean isTwo = segment.equals("{**}");
      boolean isStar = isTwo || segment.equals("{*}");
      isGood &= isStar ? !isAfterTwo : segment.matches("[^*{}]*");
      isAfterTwo |= isTwo;
    }
    return isGood;
  }

  private static Permission template(String value) {
    UriTemplateMatchConfig config =
        UriTemplateMatchConfig.newBuilder()
            .setPathTemplate(value.replace("{**}", "**").replace("{*}", "*"))
            .build();
    return Permission.newBuilder()
        .setUriTemplate(
            TypedExtensionConfig.newBuilder()
                .setName("uri-template")
                .setTypedConfig(Protos.any(TypeUrls.URI_TEMPLATE_MATCH, config)))
        .build();
  }

  static @Nullable Permission port(String value) {
    try {
      int port = Integer.parseInt(value);
      return port < 1 || port > MAX_PORT
          ? null
          : Permission.newBuilder().setDestinationPort(port).build();
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Permission ip(String value) {
    CidrRange range = Rbac.cidr(value);
    return range == null ? null : Permission.newBuilder().setDestinationIp(range).build();
  }

  private static Permission serverName(String value) {
    return Permission.newBuilder().setRequestedServerName(Rbac.text(value, false)).build();
  }
}
