/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The trust domains whose identities policies mean by each other's names.
 *
 * @param all the mesh's own, then its aliases
 */
record TrustDomains(List<String> all) {
  private static final String LOCAL = "cluster.local";

  TrustDomains {
    all = List.copyOf(all);
  }

  static TrustDomains of(MeshSettings settings) {
    Set<String> all = new LinkedHashSet<>();
    all.add(settings.trustDomain());
    all.addAll(settings.trustDomainAliases());
    return new TrustDomains(List.copyOf(all));
  }

  /**
   * Returns what a principal in a policy means: one of the mesh's trust domains, and {@code
   * cluster.local} in every mesh, stands for all of them; any other for itself.
   */
  List<String> meantBy(String principal) {
    int slash = principal.indexOf('/');
    String domain = slash < 0 ? "*" : principal.substring(0, slash);
    if (domain.equals("*")
        || !(domain.equals(LOCAL) || all.stream().anyMatch(own -> is(domain, own)))) {
      return List.of(principal);
    }
    List<String> meant = new ArrayList<>();
    if (domain.startsWith("*")) {
      meant.add(principal);
    }
    for (String own : all) {
      if (!is(domain, own) || !domain.startsWith("*")) {
        meant.add(own + principal.substring(slash));
      }
    }
    return meant;
  }

  private static boolean is(String pattern, String domain) {
    return pattern.startsWith("*") ? domain.endsWith(pattern.substring(1)) : domain.equals(pattern);
  }
}
