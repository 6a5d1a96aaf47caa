/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.endpoint.IpLiteral;
import dev.weft.agent.engine.match.DomainTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * Returns the virtual host that lists a host, or null. The domain {@code *} stands for all names;
   * IP addresses and {@code localhost} are listed only by name, as a sidecar's rules leave out what
   * stays on the machine.
   */
  public @Nullable VirtualHost virtualHost(String host) {
    int index = domains.findListed(host);
    if (index == DomainTable.NONE) {
      index = domains.any();
      if (index == DomainTable.NONE || IpLiteral.isOrLocalhost(host)) {
        return null;
      }
    }
    return virtualHosts[index];
  }

  Map<String, VirtualHost> virtualHostsByName() {
    Map<String, VirtualHost> byName = new HashMap<>();
    for (VirtualHost virtualHost : virtualHosts) {
      byName.put(virtualHost.info().virtualHost(), virtualHost);
    }
    return byName;
  }
}
