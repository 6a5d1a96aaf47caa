/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compiles one rule of an AuthorizationPolicy: a source, an operation and all conditions have to
 * match. What cannot be read makes a rule that allows match nothing, and one that denies match
 * more. Not thread-safe.
 */
final class AuthorizationRule {
  private final RbacSources sources;
  private final boolean isForDenying;
  private final Report report;
  private boolean hasBadValue;

  /**
   * @param sources reads what it says of callers
   * @param isForDenying whether matching more is the safe side
   */
  AuthorizationRule(RbacSources sources, boolean isForDenying, Report report) {
    this.sources = sources;
    this.isForDenying = isForDenying;
    this.report = report;
  }

  /** Returns the rule; null if it can match nothing. */
  @Nullable Policy compile(Field rule) {
    List<Permission> whenPermissions = new ArrayList<>();
    List<Principal> whenPrincipals = new ArrayList<>();
    for (Field condition : rule.get("when").items()) {
      when(condition, whenPermissions, whenPrincipals);
    }
    Policy.Builder policy = Policy.newBuilder();
    for (Field from : orNothing(rule.get("from"))) {
      List<Principal> all = source(from.get("source"));
      all.addAll(whenPrincipals);
      policy.addPrincipals(Rbac.allPrincipals(all));
    }
    for (Field to : orNothing(rule.get("to"))) {
      List<Permission> all = operation(to.get("operation"));
      all.addAll(whenPermissions);
      policy.addPermissions(Rbac.allPermissions(all));
    }
    return hasBadValue && !isForDenying ? null : policy.build();
  }

  /** Without elements everything matches, as with one that asks for nothing. */
  private static List<Field> orNothing(Field list) {
    return list.items().isEmpty() ? List.of(Field.missing(list.path())) : list.items();
  }

  private List<Principal> source(Field source) {
    List<Principal> all = new ArrayList<>();
    principals(source, "principals", "notPrincipals", sources::principal, all);
    principals(
        source, "requestPrincipals", "notRequestPrincipals", RbacClaims::requestPrincipal, all);
    principals(source, "namespaces", "notNamespaces", RbacSources::namespace, all);
    principals(source, "serviceAccounts", "notServiceAccounts", sources::serviceAccount, all);
    principals(source, "ipBlocks", "notIpBlocks", RbacSources::directIp, all);
    principals(source, "remoteIpBlocks", "notRemoteIpBlocks", RbacSources::remoteIp, all);
    return all;
  }

  private List<Permission> operation(Field operation) {
    List<Permission> all = new ArrayList<>();
    permissions(operation, "hosts", "notHosts", RbacOperations::host, all);
    permissions(operation, "methods", "notMethods", RbacOperations::method, all);
    permissions(operation, "paths", "notPaths", RbacOperations::path, all);
    permissions(operation, "ports", "notPorts", RbacOperations::port, all);
    return all;
  }

  private void when(
      Field condition, List<Permission> whenPermissions, List<Principal> whenPrincipals) {
    Field key = condition.get("key");
    boolean hasValues =
        !condition.get("values").items().isEmpty() || !condition.get("notValues").items().isEmpty();
    Function<String, @Nullable Permission> permission = RbacOperations.ofKey(key.text());
    Function<String, @Nullable Principal> principal = sources.ofKey(key.text());
    if (!hasValues) {
      bad(condition, "values or notValues");
    } else if (permission != null) {
      permissions(condition, "values", "notValues", permission, whenPermissions);
    } else if (principal != null) {
      principals(condition, "values", "notValues", principal, whenPrincipals);
    } else {
      bad(
          key,
          "request.headers[name], source.ip, remote.ip, source.namespace, source.principal,"
              + " source.serviceAccount, request.auth.principal, request.auth.audiences,"
              + " request.auth.presenter, request.auth.claims[name], destination.ip,"
              + " destination.port or connection.sni");
    }
  }

  private void principals(
      Field parent,
      String name,
      String notName,
      Function<String, @Nullable Principal> reader,
      List<Principal> all) {
    List<Principal> any = read(parent.get(name), reader);
    List<Principal> none = read(parent.get(notName), reader);
    if (any != null && !any.isEmpty()) {
      all.add(Rbac.anyPrincipal(any));
    }
    if (none != null && !none.isEmpty()) {
      all.add(Rbac.not(Rbac.anyPrincipal(none)));
    }
  }

  private void permissions(
      Field parent,
      String name,
      String notName,
      Function<String, @Nullable Permission> reader,
      List<Permission> all) {
    List<Permission> any = read(parent.get(name), reader);
    List<Permission> none = read(parent.get(notName), reader);
    if (any != null && !any.isEmpty()) {
      all.add(Rbac.anyPermission(any));
    }
    if (none != null && !none.isEmpty()) {
      all.add(Rbac.not(Rbac.anyPermission(none)));
    }
  }

  /** Returns what the values say; null if one of them is bad, which is reported. */
  private <T> @Nullable List<T> read(Field values, Function<String, @Nullable T> reader) {
    List<T> read = new ArrayList<>();
    boolean isGood = true;
    for (Field value : values.items()) {
      T one = reader.apply(value.text());
      if (one == null) {
        bad(value, "a value of this field; see its description");
        isGood = false;
      } else {
        read.add(one);
      }
    }
    return isGood ? read : null;
  }

  private void bad(Field field, String expected) {
    hasBadValue = true;
    report.severe(
        "InvalidValue",
        field,
        field.node()
            + " (expected: "
            + expected
            + "); "
            + (isForDenying
                ? "it is left out, so that the rule matches more"
                : "the rule matches nothing"));
  }
}
