/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.control.translate.ParsedCluster.Source;
import dev.weft.agent.control.translate.ResourceReader.Parsed;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The resources that an agent holds, each in its last good version, and what they say. A resource
 * is read once when it changes; one with a bad value keeps its last good version, the others apply.
 * Of route configurations only the virtual hosts with bad values do. A cluster in plaintext whose
 * new version orders TLS that cannot be done is shut. Does no I/O. Not thread-safe.
 */
public final class XdsTable {
  private final Map<String, Map<String, Entry>> entries = new LinkedHashMap<>();
  private final ConfigAssembler assembler = new ConfigAssembler();
  private final ContentVersion version = new ContentVersion();

  /** Creates a table without resources. */
  public XdsTable() {
    for (String type : TypeUrls.MAKE_BEFORE_BREAK) {
      entries.put(type, new TreeMap<>());
    }
  }

  /**
   * Takes a resource, unless it has a bad value.
   *
   * @return what is wrong with it, null for nothing
   */
  public @Nullable ResourceProblem put(XdsResource resource) {
    Map<String, Entry> ofType = entries.get(resource.typeUrl());
    if (ofType == null) {
      return new ResourceProblem(
          resource.typeUrl(),
          resource.name(),
          ResourceProblem.State.REFUSED,
          "type_url: " + resource.typeUrl() + " (expected: one of " + entries.keySet() + ")");
    }
    Entry entry = ofType.computeIfAbsent(resource.name(), name -> new Entry());
    if (resource.equals(entry.seen)) {
      return entry.problem;
    }
    entry.seen = resource;
    if (resource.equals(entry.good)) {
      entry.problem = entry.problemOfGood;
      return entry.problem;
    }
    try {
      ResourceReader.Read read = ResourceReader.read(resource);
      version.replace(entry.good, resource);
      entry.good = resource;
      entry.parsed = read.parsed();
      entry.problem =
          read.ignored().isEmpty()
              ? null
              : problem(resource, ResourceProblem.State.PARTLY_IGNORED, read.ignored());
      entry.problemOfGood = entry.problem;
    } catch (BadValueException e) {
      entry.problem = refused(entry, resource, String.valueOf(e.getMessage()));
    }
    return entry.problem;
  }

  /** Makes the best of a resource that is bad, and returns what is wrong. */
  private ResourceProblem refused(Entry entry, XdsResource resource, String reason) {
    RouteSalvage.Salvaged salvaged = RouteSalvage.salvage(resource, entry.good);
    if (salvaged != null && take(entry, salvaged.resource())) {
      return problem(resource, ResourceProblem.State.PARTLY_REFUSED, salvaged.reason());
    }
    XdsResource shut = sendsPlaintext(entry) ? TlsSalvage.shut(resource) : null;
    if (shut != null && take(entry, shut)) {
      return problem(
          resource,
          ResourceProblem.State.REFUSED,
          reason + "; no call goes out, as none may in plaintext");
    }
    return problem(
        resource,
        entry.good == null ? ResourceProblem.State.REFUSED : ResourceProblem.State.KEPT_LAST_GOOD,
        reason);
  }

  private static boolean sendsPlaintext(Entry entry) {
    return entry.parsed instanceof Parsed.OfCluster known
        && !known.cluster().config().isTlsRequired();
  }

  /** Takes what is left of a resource. Returns false if even that is bad. */
  private boolean take(Entry entry, XdsResource salvaged) {
    try {
      Parsed parsed = ResourceReader.read(salvaged).parsed();
      version.replace(entry.good, salvaged);
      entry.good = salvaged;
      entry.parsed = parsed;
      entry.problemOfGood = null;
      return true;
    } catch (BadValueException e) {
      return false; // bad beyond its virtual hosts
    }
  }

  /** Forgets a resource. Returns whether it was there in a good version. */
  public boolean remove(String typeUrl, String name) {
    Entry entry = ofType(typeUrl).remove(name);
    if (entry == null || entry.good == null) {
      return false;
    }
    version.replace(entry.good, null);
    return true;
  }

  /** Returns whether a resource is there in a good version. */
  public boolean has(String typeUrl, String name) {
    Entry entry = ofType(typeUrl).get(name);
    return entry != null && entry.good != null;
  }

  /** Returns the versions of the good resources of a type by name. */
  public Map<String, String> versions(String typeUrl) {
    Map<String, String> versions = new LinkedHashMap<>();
    ofType(typeUrl)
        .forEach(
            (name, entry) -> {
              if (entry.good != null) {
                versions.put(name, entry.good.version());
              }
            });
    return versions;
  }

  /** Returns the good resources: clusters, endpoints, listeners, routes, each sorted by name. */
  public List<XdsResource> resources() {
    List<XdsResource> resources = new ArrayList<>();
    for (Map<String, Entry> ofType : entries.values()) {
      for (Entry entry : ofType.values()) {
        if (entry.good != null) {
          resources.add(entry.good);
        }
      }
    }
    return resources;
  }

  /** Returns the names that clusters ask for endpoints by, sorted. */
  public Set<String> endpointNames() {
    Set<String> names = new TreeSet<>();
    for (Entry entry : ofType(TypeUrls.CLUSTER).values()) {
      if (entry.parsed instanceof Parsed.OfCluster of && of.cluster().source() == Source.EDS) {
        names.add(of.cluster().edsName());
      }
    }
    return names;
  }

  /** Returns the names that listeners ask for routes by, sorted. */
  public Set<String> routeNames() {
    Set<String> names = new TreeSet<>();
    for (Entry entry : ofType(TypeUrls.LISTENER).values()) {
      if (entry.parsed instanceof Parsed.OfListener of
          && of.listener() instanceof ParsedListener.Named named) {
        names.add(named.routeName());
      }
    }
    return names;
  }

  /** Returns the names in DNS that clusters need. */
  public Set<DnsName> dnsNames() {
    Set<DnsName> names = new LinkedHashSet<>();
    for (Entry entry : ofType(TypeUrls.CLUSTER).values()) {
      if (entry.parsed instanceof Parsed.OfCluster of) {
        for (EndpointConfig endpoint : of.cluster().names()) {
          names.add(new DnsName(endpoint.address(), of.cluster().family()));
        }
      }
    }
    return names;
  }

  /** Returns what is not as pushed, by type and name. */
  public List<ResourceProblem> problems() {
    List<ResourceProblem> problems = new ArrayList<>();
    for (Map<String, Entry> ofType : entries.values()) {
      for (Entry entry : ofType.values()) {
        if (entry.problem != null) {
          problems.add(entry.problem);
        }
      }
    }
    return problems;
  }

  /** Returns a short text that is the same for the same good resources and versions. */
  public String version() {
    return version.text();
  }

  /**
   * Returns what the good resources say together. A listener is left out while its routes are not
   * there; a cluster has no endpoints while these are not known. If what guards this process was
   * pushed and could never be read, nothing comes in.
   */
  public MeshConfig config(ResolvedNames names) {
    List<ParsedListener> listeners = new ArrayList<>();
    for (Entry entry : ofType(TypeUrls.LISTENER).values()) {
      if (entry.parsed instanceof Parsed.OfListener of) {
        listeners.add(of.listener());
      } else if (entry.seen != null
          && entry.seen.name().startsWith(ResourceNames.VIRTUAL_INBOUND)) {
        listeners.add(new ParsedListener.Inbound(InboundConfig.CLOSED));
      }
    }
    List<ParsedCluster> clusters = new ArrayList<>();
    for (Entry entry : ofType(TypeUrls.CLUSTER).values()) {
      if (entry.parsed instanceof Parsed.OfCluster of) {
        clusters.add(of.cluster());
      }
    }
    return assembler.assemble(
        version.text(),
        new ConfigAssembler.Parts(listeners, this::routes, clusters, this::endpoints),
        names);
  }

  private @Nullable RouteConfiguration routes(String name) {
    Entry entry = ofType(TypeUrls.ROUTE_CONFIGURATION).get(name);
    return entry != null && entry.parsed instanceof Parsed.OfRoutes of ? of.routes() : null;
  }

  private List<EndpointConfig> endpoints(String name) {
    Entry entry = ofType(TypeUrls.CLUSTER_LOAD_ASSIGNMENT).get(name);
    return entry != null && entry.parsed instanceof Parsed.OfEndpoints of
        ? of.endpoints()
        : List.of();
  }

  private Map<String, Entry> ofType(String typeUrl) {
    Map<String, Entry> ofType = entries.get(typeUrl);
    if (ofType == null) {
      throw new IllegalArgumentException(typeUrl + " (expected: one of " + entries.keySet() + ")");
    }
    return ofType;
  }

  private static ResourceProblem problem(
      XdsResource resource, ResourceProblem.State state, String reason) {
    return new ResourceProblem(resource.typeUrl(), resource.name(), state, reason);
  }

  /** One resource: the version in force and the one seen last. */
  private static final class Entry {
    @Nullable XdsResource seen;
    @Nullable XdsResource good;
    @Nullable Parsed parsed;
    @Nullable ResourceProblem problem;
    @Nullable ResourceProblem problemOfGood;
  }
}
