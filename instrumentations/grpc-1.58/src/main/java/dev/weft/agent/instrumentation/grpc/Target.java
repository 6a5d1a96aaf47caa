/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.NameResolverRegistry;
import io.grpc.internal.ManagedChannelImplBuilder;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells which channels the mesh can take calls from: those that would look up a host name by DNS
 * and connect in plaintext. All others the application wired itself (TLS, a socket address, an
 * in-process server, a resolver or scheme of its own such as xDS), and they stay untouched.
 */
final class Target {
  private static final int TLS_PORT = 443;
  private static final Pattern URI = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:/.*");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private Target() {}

  /** Returns the host and port that the channel is for, or null if it stays untouched. */
  static @Nullable Authority of(ManagedChannelImplBuilder builder, BuilderFields fields) {
    if (fields.directServerAddress(builder) != null || !fields.resolvesByRegistry(builder)) {
      return null;
    }
    int defaultPort = fields.defaultPort(builder);
    if (defaultPort == TLS_PORT) {
      return null;
    }
    String name = dnsName(fields.target(builder));
    return name == null || name.isEmpty() ? null : Authority.parse(name, defaultPort);
  }

  /** Returns {@code host} or {@code host:port}; null if the target is of another scheme. */
  static @Nullable String dnsName(String target) {
    if (URI.matcher(target).matches()) {
      if (!isDns(target)) {
        return null;
      }
      String rest = target.substring("dns:".length());
      int path = rest.startsWith("//") ? rest.indexOf('/', 2) : 0;
      return path < 0 ? null : rest.substring(path + 1);
    }
    int colon = target.indexOf(':');
    if (colon > 0 && target.indexOf(':', colon + 1) < 0) {
      String rest = target.substring(colon + 1);
      if (!PORT.matcher(rest).matches()) {
        return null; // scheme:name, such as unix:socket
      }
    }
    String defaultScheme = NameResolverRegistry.getDefaultRegistry().asFactory().getDefaultScheme();
    return defaultScheme.equals("dns") ? target : null;
  }

  private static boolean isDns(String target) {
    return target.toLowerCase(Locale.ROOT).startsWith("dns:");
  }
}
