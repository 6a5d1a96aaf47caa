/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All DestinationRules, those of one namespace for one host merged. Immutable once made. */
final class DestinationRules {
  /** By namespace, then by the host's full name or wildcard. */
  private final Map<String, Map<String, Rule>> rules = new HashMap<>();

  /** Those for some callers of their namespace only, in the same way; oldest first. */
  private final Map<String, Map<String, List<Selected>>> forSome = new HashMap<>();

  private final String rootNamespace;

  private final PerResource<Rule> made;

  private DestinationRules(String rootNamespace, PerResource<Rule> made) {
    this.rootNamespace = rootNamespace;
    this.made = made;
  }

  /**
   * Reads the rules.
   *
   * @param resources oldest first
   * @param before the rules of the compilation before; null for none
   */
  static DestinationRules of(
      List<PolicyResource> resources,
      Services services,
      String rootNamespace,
      @Nullable DestinationRules before,
      Set<Finding> findings) {
    DestinationRules all =
        new DestinationRules(
            rootNamespace, before == null ? PerResource.empty() : before.made.next());
    for (PolicyResource resource : resources) {
      all.add(resource, services, findings);
    }
    return all;
  }

  private void add(PolicyResource resource, Services services, Set<Finding> findings) {
    Report report = new Report(resource.key(), findings);
    Field spec = Field.spec(resource);
    String host = services.resolve(spec.get("host").text(), resource.namespace());
    if (services.covered(host).isEmpty()) {
      report.warning(
          "HostNotFound",
          spec.get("host"),
          host + " is no service that agents announce or a ServiceEntry declares");
    }
    Rule rule = made.get(resource, findings, Rule::read);
    if (rule.originatesTls()) {
      reportUnknownEndpoints(services.covered(host), spec.get("host"), report);
    }
    Map<String, String> callers = spec.get("workloadSelector").get("matchLabels").textMembers();
    if (!callers.isEmpty()) {
      forSome
          .computeIfAbsent(resource.namespace(), namespace -> new HashMap<>())
          .computeIfAbsent(host, key -> new ArrayList<>())
          .add(new Selected(callers, rule));
      return;
    }
    rules
        .computeIfAbsent(resource.namespace(), namespace -> new HashMap<>())
        .merge(host, rule, (older, younger) -> older.merge(younger, spec, report));
  }

  /** TLS is made to an endpoint: to what the application's own DNS leads to there is none. */
  private static void reportUnknownEndpoints(
      Collection<Service> covered, Field host, Report report) {
    for (Service service : covered) {
      if (service.resolution() == Service.Resolution.NONE) {
        report.severe(
            "NotEnforced",
            host,
            service.host()
                + " has no endpoints that are known, its resolution being NONE (expected: DNS,"
                + " DNS_ROUND_ROBIN or STATIC, for TLS of mode SIMPLE or MUTUAL); clients refuse"
                + " calls of it");
      }
    }
  }

  /**
   * Returns the rule for a host in the eyes of a caller: from the caller's namespace, there one for
   * its labels first, else from the service's, else from the root namespace; null if there is none.
   */
  @Nullable Rule find(Service service, Audience caller) {
    List<Selected> selected =
        forSome.getOrDefault(caller.namespace(), Map.of()).getOrDefault(service.host(), List.of());
    for (Selected one : selected) {
      if (caller.labels().entrySet().containsAll(one.callers().entrySet())) {
        return one.rule();
      }
    }
    Rule own = find(service.host(), caller.namespace(), caller.namespace());
    if (own != null) {
      return own;
    }
    Rule ofService = find(service.host(), service.namespace(), caller.namespace());
    return ofService != null ? ofService : find(service.host(), rootNamespace, caller.namespace());
  }

  /** Returns whether a rule that some caller of a namespace is under has a subset of a host. */
  boolean haveSubset(Service service, String callerNamespace, String subset) {
    Rule rule = find(service, new Audience(callerNamespace, Map.of()));
    return (rule != null && rule.subsets().containsKey(subset))
        || forSome
            .getOrDefault(callerNamespace, Map.of())
            .getOrDefault(service.host(), List.of())
            .stream()
            .anyMatch(one -> one.rule().subsets().containsKey(subset));
  }

  /** Returns the labels of callers that some rule asks for. */
  Set<String> callerLabels() {
    Set<String> labels = new HashSet<>();
    allForSome().forEach(one -> labels.addAll(one.callers().keySet()));
    return labels;
  }

  private Stream<Selected> allForSome() {
    return forSome.values().stream()
        .map(Map::values)
        .flatMap(Collection::stream)
        .flatMap(List::stream);
  }

  private @Nullable Rule find(String host, String namespace, String callerNamespace) {
    Map<String, Rule> ofNamespace = rules.getOrDefault(namespace, Map.of());
    Rule exact = ofNamespace.get(host);
    if (exact != null && exact.visibility.includes(callerNamespace)) {
      return exact;
    }
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      Rule wildcard = ofNamespace.get("*" + host.substring(dot));
      if (wildcard != null && wildcard.visibility.includes(callerNamespace)) {
        return wildcard;
      }
    }
    Rule any = ofNamespace.get("*");
    return any != null && any.visibility.includes(callerNamespace) ? any : null;
  }

  /** Returns whether the other says the same of every host. */
  boolean isSameAs(DestinationRules other) {
    return rules.equals(other.rules) && forSome.equals(other.forSome);
  }

  /** Returns whether some rule orders consistent hashing, which routes have to know. */
  boolean haveHashing() {
    return allRules().anyMatch(Rule::hasHashing);
  }

  /** Returns whether some rule ejects outliers, so that what is near its callers comes first. */
  boolean preferNear() {
    return allRules().anyMatch(Rule::ejects);
  }

  private Stream<Rule> allRules() {
    Stream<Rule> forAll = rules.values().stream().map(Map::values).flatMap(Collection::stream);
    return Stream.concat(forAll, allForSome().map(Selected::rule));
  }

  /**
   * What holds for a host.
   *
   * @param origins the DestinationRules that say so
   * @param visibility which callers it is for
   * @param policy for all its endpoints
   * @param subsets by name
   */
  record Rule(
      Set<ResourceKey> origins,
      Visibility visibility,
      TrafficPolicy policy,
      Map<String, Subset> subsets) {
    Rule {
      origins = Set.copyOf(origins);
      subsets = Map.copyOf(subsets);
    }

    static Rule read(PolicyResource resource, Report report) {
      Field spec = Field.spec(resource);
      Map<String, Subset> subsets = new TreeMap<>();
      for (Field subset : spec.get("subsets").items()) {
        Subset made =
            new Subset(
                subset.get("labels").textMembers(),
                TrafficPolicy.read(subset.get("trafficPolicy"), report));
        Field name = subset.get("name");
        if (name.text().isEmpty() || subsets.putIfAbsent(name.text(), made) != null) {
          report.invalid(name, "a name, each once");
        }
      }
      return new Rule(
          Set.of(resource.key()),
          Visibility.of(spec.get("exportTo").texts(), resource.namespace()),
          TrafficPolicy.read(spec.get("trafficPolicy"), report),
          subsets);
    }

    /** Adds the subsets of a younger rule; a policy only if this has none. */
    Rule merge(Rule younger, Field spec, Report report) {
      Map<String, Subset> merged = new TreeMap<>(subsets);
      for (Field subset : spec.get("subsets").items()) {
        String name = subset.get("name").text();
        Subset made = younger.subsets.get(name);
        if (made != null && merged.putIfAbsent(name, made) != null) {
          report.severe(
              "HostConflict",
              subset.get("name"),
              "an older DestinationRule for the same host has a subset " + name + ", which wins");
        }
      }
      if (!policy.equals(TrafficPolicy.NONE) && !younger.policy.equals(TrafficPolicy.NONE)) {
        report.severe(
            "HostConflict",
            spec.get("trafficPolicy"),
            "an older DestinationRule for the same host has a trafficPolicy, which wins");
      }
      Set<ResourceKey> all = new HashSet<>(origins);
      all.addAll(younger.origins);
      return new Rule(
          all, visibility, policy.equals(TrafficPolicy.NONE) ? younger.policy : policy, merged);
    }

    boolean ejects() {
      return policy.ejects()
          || subsets.values().stream().anyMatch(subset -> subset.policy().ejects());
    }

    boolean hasHashing() {
      return policies()
          .map(TrafficPolicy::balancing)
          .anyMatch(balancing -> balancing != null && balancing.hashPolicy() != null);
    }

    /** Returns whether some connections are in TLS with certificates from outside of the mesh. */
    boolean originatesTls() {
      return policies()
          .map(TrafficPolicy::tls)
          .anyMatch(tls -> tls != null && tls.mode() == ClientTls.Mode.ORIGINATE);
    }

    /** Returns what holds for all, for subsets and for ports. */
    private Stream<TrafficPolicy> policies() {
      return Stream.concat(Stream.of(policy), subsets.values().stream().map(Subset::policy))
          .flatMap(one -> Stream.concat(Stream.of(one), one.ports().values().stream()));
    }

    /** Returns what holds for a port and a subset; the subset may be empty or unknown. */
    TrafficPolicy effective(int port, String subset) {
      Subset found = subsets.get(subset);
      return TrafficPolicy.effective(
          policy, found == null ? TrafficPolicy.NONE : found.policy(), port);
    }
  }

  /**
   * A subset.
   *
   * @param labels what its endpoints have
   * @param policy what it sets itself
   */
  record Subset(Map<String, String> labels, TrafficPolicy policy) {
    Subset {
      labels = Map.copyOf(labels);
    }
  }

  /** A rule for callers with these labels only. */
  private record Selected(Map<String, String> callers, Rule rule) {}
}
