/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.protocol.lite.envoy.config.core.v3.DataSource;
import dev.weft.protocol.lite.envoy.config.route.v3.DirectResponseAction;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * A route configuration holds the hosts of everybody who is called on a port. One team's bad value
 * must not keep the others' changes from being applied, or a fresh agent from knowing any route.
 * What comes out is a resource like another: it is kept, saved and replaced as a whole.
 */
/**
 * Makes the best of a route configuration that has bad virtual hosts: the good ones as they were
 * pushed, a bad one as it was before, or, if it was not there before, one that refuses its calls.
 */
final class RouteSalvage {
  /** Distinguishes what is left from what was pushed under the same version. */
  private static final String VERSION_SUFFIX = "-partly";

  private static final String REFUSING_ROUTE = "weft-refused";
  private static final int UNAVAILABLE = 503;

  private final RouteConfiguration pushed;
  private final Map<String, VirtualHost> before = new HashMap<>();
  private final RouteConfiguration.Builder salvaged;
  private final Set<String> domains = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  private RouteSalvage(RouteConfiguration pushed, @Nullable RouteConfiguration lastGood) {
    this.pushed = pushed;
    salvaged = pushed.toBuilder().clearVirtualHosts();
    if (lastGood != null) {
      lastGood.getVirtualHostsList().forEach(host -> before.put(host.getName(), host));
    }
  }

  /**
   * Returns what can be made of a resource; null if it is no route configuration, none of its
   * virtual hosts is good, or what is bad is not in a virtual host.
   *
   * @param lastGood the version in force; null if there is none
   */
  static @Nullable Salvaged salvage(XdsResource resource, @Nullable XdsResource lastGood) {
    if (!resource.typeUrl().equals(TypeUrls.ROUTE_CONFIGURATION)) {
      return null;
    }
    try {
      RouteConfiguration pushed = RouteConfiguration.parseFrom(resource.sharedBytes());
      return new RouteSalvage(
              pushed,
              lastGood == null ? null : RouteConfiguration.parseFrom(lastGood.sharedBytes()))
          .make(resource);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private @Nullable Salvaged make(XdsResource resource) {
    List<VirtualHost> bad = new ArrayList<>();
    for (int i = 0; i < pushed.getVirtualHostsCount(); i++) {
      VirtualHost host = pushed.getVirtualHosts(i);
      String problem = problem(host);
      if (problem == null) {
        add(host);
      } else {
        bad.add(host);
        problems.add(problem.replace("virtual_hosts[0]", "virtual_hosts[" + i + "]"));
      }
    }
    if (bad.isEmpty() || salvaged.getVirtualHostsCount() == 0) {
      return null;
    }
    List<String> kept = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (VirtualHost host : bad) {
      VirtualHost old = before.get(host.getName());
      if (old != null && !isRefusing(old) && problem(old) == null) {
        add(widened(old, host));
        kept.add(host.getName());
      } else {
        VirtualHost refusing = refusing(host);
        if (refusing.getDomainsCount() > 0 && problem(refusing) == null) {
          add(refusing);
        }
        refused.add(host.getName());
      }
    }
    return new Salvaged(
        XdsResource.of(
            resource.typeUrl(),
            resource.name(),
            resource.version() + VERSION_SUFFIX,
            salvaged.build().toByteArray()),
        reason(kept, refused));
  }

  /** Returns a host as it was, also for the domains that are new: they must not go out without. */
  private VirtualHost widened(VirtualHost old, VirtualHost pushed) {
    VirtualHost.Builder widened = old.toBuilder();
    Set<String> known = new HashSet<>();
    old.getDomainsList().forEach(domain -> known.add(domain.toLowerCase(Locale.ROOT)));
    for (String domain : pushed.getDomainsList()) {
      VirtualHost one = old.toBuilder().clearDomains().addDomains(domain).build();
      if (known.add(domain.toLowerCase(Locale.ROOT)) && problem(one) == null) {
        widened.addDomains(domain);
      }
    }
    return widened.build();
  }

  private void add(VirtualHost host) {
    salvaged.addVirtualHosts(host);
    host.getDomainsList().forEach(domain -> domains.add(domain.toLowerCase(Locale.ROOT)));
  }

  /** Returns what is wrong with a virtual host beside those that are there; null for nothing. */
  private @Nullable String problem(VirtualHost host) {
    for (String domain : host.getDomainsList()) {
      if (domains.contains(domain.toLowerCase(Locale.ROOT))) {
        return "virtual_hosts[0].domains: "
            + domain
            + " (expected: a domain that no virtual host has yet)";
      }
    }
    RouteConfiguration alone = pushed.toBuilder().clearVirtualHosts().addVirtualHosts(host).build();
    try {
      ResourceReader.read(
          XdsResource.of(TypeUrls.ROUTE_CONFIGURATION, pushed.getName(), "", alone.toByteArray()));
      return null;
    } catch (BadValueException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static boolean isRefusing(VirtualHost host) {
    return host.getRoutesCount() == 1 && host.getRoutes(0).getName().equals(REFUSING_ROUTE);
  }

  /** Calls to a host with rules that cannot be read must not go out without them. */
  private VirtualHost refusing(VirtualHost host) {
    VirtualHost.Builder refusing =
        VirtualHost.newBuilder()
            .setName(host.getName())
            .addRoutes(
                Route.newBuilder()
                    .setName(REFUSING_ROUTE)
                    .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                    .setDirectResponse(
                        DirectResponseAction.newBuilder()
                            .setStatus(UNAVAILABLE)
                            .setBody(
                                DataSource.newBuilder()
                                    .setInlineString(
                                        "weft: the routes of "
                                            + host.getName()
                                            + " were refused by the agent"))));
    for (String domain : host.getDomainsList()) {
      VirtualHost one = refusing.clone().clearDomains().addDomains(domain).build();
      if (problem(one) == null) {
        refusing.addDomains(domain);
      }
    }
    return refusing.build();
  }

  private String reason(List<String> kept, List<String> refused) {
    StringBuilder reason = new StringBuilder(ResourceReader.summary(problems));
    if (!kept.isEmpty()) {
      reason.append("; as before: ").append(String.join(", ", kept));
    }
    if (!refused.isEmpty()) {
      reason.append("; answered with 503: ").append(String.join(", ", refused));
    }
    return reason.append("; all other hosts as pushed").toString();
  }

  /**
   * What is left of a resource.
   *
   * @param resource a good one
   * @param reason what was wrong, and what holds now
   */
  record Salvaged(XdsResource resource, String reason) {}
}
