/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import java.util.List;

/** What is known of names in DNS; never looks anything up. */
@FunctionalInterface
public interface ResolvedNames {
  /** Knows no name. */
  ResolvedNames NONE = name -> List.of();

  /** Returns the IP addresses of a name, empty if they are not known. */
  List<String> addresses(DnsName name);
}
