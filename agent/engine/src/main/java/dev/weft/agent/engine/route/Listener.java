/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.match.DomainTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The virtual hosts of one destination port. Immutable. */
public final class Listener {
  private final String name;
  private final int port;
  private final DomainTable domains;
  private final VirtualHost[] virtualHosts;

  Listener(String name, int port, DomainTable domains, List<VirtualHost> virtualHosts) {
    this.name = name;
    this.port = port;
    this.domains = domains;
    this.virtualHosts = virtualHosts.toArray(new VirtualHost[0]);
  }

  /** Returns its name. */
  public String name() {
    return name;
  }

  /** Returns its port. */
  public int port() {
    return port;
  }

  /** Returns the virtual host that lists a host, or null. */
  public @Nullable VirtualHost virtualHost(String host) {
    int index = domains.find(host);
    return index == DomainTable.NONE ? null : virtualHosts[index];
  }
}
