/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.List;
import java.util.Locale;

/** How hosts are named: short names, full names, wildcards. */
final class HostNames {
  private final String trustDomain;
  private final String serviceSuffix;

  /**
   * @param domain of announced services
   * @param trustDomain of identities
   */
  HostNames(String domain, String trustDomain) {
    this.trustDomain = trustDomain;
    this.serviceSuffix = ".svc." + domain;
  }

  /** Returns the full name of an announced service; a name with dots is one already. */
  String ofService(String name, String namespace) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.indexOf('.') >= 0 ? lower : lower + "." + namespace + serviceSuffix;
  }

  /** Returns the SPIFFE ID of an account of the mesh. */
  String identity(String namespace, String serviceAccount) {
    return "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
  }

  /**
   * Returns the full name that a host in a resource of the namespace means. {@code orders} and
   * {@code orders.shop.svc} are completed; every other name with a dot, and a wildcard, is
   * complete.
   */
  String resolve(String host, String namespace) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (lower.startsWith("*")) {
      return lower;
    }
    if (lower.indexOf('.') < 0) {
      return lower + "." + namespace + serviceSuffix;
    }
    return lower.endsWith(".svc") ? lower + serviceSuffix.substring(".svc".length()) : lower;
  }

  /** Completes {@code orders.shop} in the way of {@code orders.shop.svc}. */
  String completed(String nameAndNamespace) {
    return nameAndNamespace + serviceSuffix;
  }

  /** Returns the shorter names that a host answers to for callers of a namespace. */
  List<String> shortForms(String host, String callerNamespace) {
    if (!host.endsWith(serviceSuffix)) {
      return List.of();
    }
    String nameAndNamespace = host.substring(0, host.length() - serviceSuffix.length());
    int dot = nameAndNamespace.indexOf('.');
    if (dot < 1 || nameAndNamespace.indexOf('.', dot + 1) >= 0 || host.startsWith("*")) {
      return List.of();
    }
    String name = nameAndNamespace.substring(0, dot);
    String namespace = nameAndNamespace.substring(dot + 1);
    return namespace.equals(callerNamespace)
        ? List.of(nameAndNamespace + ".svc", nameAndNamespace, name)
        : List.of(nameAndNamespace + ".svc", nameAndNamespace);
  }

  /** Returns whether a pattern, a host or {@code *.rest} or {@code *}, covers a host. */
  static boolean covers(String pattern, String host) {
    if (!pattern.startsWith("*")) {
      return pattern.equals(host);
    }
    String suffix = pattern.substring(1);
    return pattern.equals(host) || (host.length() > suffix.length() && host.endsWith(suffix));
  }
}
