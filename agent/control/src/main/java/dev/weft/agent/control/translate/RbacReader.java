/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.endpoint.IpLiteral;
import dev.weft.protocol.lite.envoy.config.core.v3.CidrRange;
import dev.weft.protocol.lite.envoy.config.core.v3.TypedExtensionConfig;
import dev.weft.protocol.lite.envoy.config.rbac.v3.Permission;
import dev.weft.protocol.lite.envoy.config.rbac.v3.Policy;
import dev.weft.protocol.lite.envoy.config.rbac.v3.Principal;
import dev.weft.protocol.lite.envoy.config.rbac.v3.RBAC;
import dev.weft.protocol.lite.envoy.config.route.v3.HeaderMatcher;
import dev.weft.protocol.lite.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import dev.weft.protocol.lite.envoy.type.matcher.v3.PathMatcher;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads RBAC filters. A condition that is not known makes the resource bad. */
final class RbacReader {
  private static final int MAX_PORT = 65_535;
  private static final int IP_V4_BITS = 32;
  private static final int IP_V6_BITS = 128;

  private RbacReader() {}

  static RbacFilter read(
      dev.weft.protocol.lite.envoy.extensions.filters.http.rbac.v3.RBAC filter, Field field) {
    if (filter.hasMatcher()) {
      throw field.at("matcher").unsupported();
    }
    if (filter.hasShadowMatcher()) {
      throw field.at("shadow_matcher").unsupported();
    }
    return new RbacFilter(
        filter.hasRules() ? rules(filter.getRules(), field.at("rules")) : null,
        filter.hasShadowRules() ? rules(filter.getShadowRules(), field.at("shadow_rules")) : null);
  }

  private static RbacFilter.Rules rules(RBAC rules, Field field) {
    RbacFilter.Action action =
        switch (rules.getAction()) {
          case ALLOW -> RbacFilter.Action.ALLOW;
          case DENY -> RbacFilter.Action.DENY;
          case LOG -> RbacFilter.Action.LOG;
          case UNRECOGNIZED ->
              throw field.at("action").bad(rules.getActionValue(), "ALLOW, DENY or LOG");
        };
    List<RbacFilter.Policy> policies = new ArrayList<>();
    for (Map.Entry<String, Policy> policy : new TreeMap<>(rules.getPoliciesMap()).entrySet()) {
      policies.add(
          policy(policy.getKey(), policy.getValue(), field.at("policies", policy.getKey())));
    }
    return new RbacFilter.Rules(action, policies);
  }

  private static RbacFilter.Policy policy(String name, Policy policy, Field field) {
    if (policy.hasCondition() || policy.hasCheckedCondition()) {
      throw field.at("condition").unsupported();
    }
    return new RbacFilter.Policy(
        name,
        permissions(policy.getPermissionsList(), field, "permissions"),
        principals(policy.getPrincipalsList(), field, "principals"));
  }

  private static List<RbacCondition> permissions(
      List<Permission> permissions, Field parent, String name) {
    List<RbacCondition> read = new ArrayList<>(permissions.size());
    for (int i = 0; i < permissions.size(); i++) {
      read.add(permission(permissions.get(i), parent.at(name, i)));
    }
    return nonEmpty(read, parent.at(name));
  }

  private static List<RbacCondition> principals(
      List<Principal> principals, Field parent, String name) {
    List<RbacCondition> read = new ArrayList<>(principals.size());
    for (int i = 0; i < principals.size(); i++) {
      read.add(principal(principals.get(i), parent.at(name, i)));
    }
    return nonEmpty(read, parent.at(name));
  }

  private static List<RbacCondition> nonEmpty(List<RbacCondition> conditions, Field field) {
    if (conditions.isEmpty()) {
      throw field.bad("empty", "at least one");
    }
    return conditions;
  }

  // Deprecated forms are what control planes still push.
  @SuppressWarnings("deprecation")
  private static RbacCondition permission(Permission permission, Field field) {
    return switch (permission.getRuleCase()) {
      case AND_RULES ->
          new RbacCondition.All(
              permissions(permission.getAndRules().getRulesList(), field, "and_rules"));
      case OR_RULES ->
          new RbacCondition.OneOf(
              permissions(permission.getOrRules().getRulesList(), field, "or_rules"));
      case NOT_RULE ->
          new RbacCondition.Not(permission(permission.getNotRule(), field.at("not_rule")));
      case ANY -> any(permission.getAny(), field);
      case HEADER -> header(permission.getHeader(), field);
      case URL_PATH -> path(permission.getUrlPath(), field);
      case URI_TEMPLATE -> template(permission.getUriTemplate(), field.at("uri_template"));
      case DESTINATION_IP ->
          new RbacCondition.DestinationIp(
              block(permission.getDestinationIp(), field.at("destination_ip")));
      case DESTINATION_PORT ->
          port(permission.getDestinationPort(), permission.getDestinationPort() + 1, field);
      case DESTINATION_PORT_RANGE ->
          port(
              permission.getDestinationPortRange().getStart(),
              permission.getDestinationPortRange().getEnd(),
              field);
      case REQUESTED_SERVER_NAME ->
          new RbacCondition.ServerName(
              StringMatchReader.string(
                  permission.getRequestedServerName(), field.at("requested_server_name")));
      case METADATA -> RbacClaimReader.read(permission.getMetadata(), field.at("metadata"));
      default -> throw field.at(permission.getRuleCase().name()).unsupported();
    };
  }

  // Deprecated forms are what control planes still push.
  @SuppressWarnings("deprecation")
  private static RbacCondition principal(Principal principal, Field field) {
    return switch (principal.getIdentifierCase()) {
      case AND_IDS ->
          new RbacCondition.All(principals(principal.getAndIds().getIdsList(), field, "and_ids"));
      case OR_IDS ->
          new RbacCondition.OneOf(principals(principal.getOrIds().getIdsList(), field, "or_ids"));
      case NOT_ID -> new RbacCondition.Not(principal(principal.getNotId(), field.at("not_id")));
      case ANY -> any(principal.getAny(), field);
      case AUTHENTICATED ->
          new RbacCondition.PeerName(
              principal.getAuthenticated().hasPrincipalName()
                  ? StringMatchReader.string(
                      principal.getAuthenticated().getPrincipalName(),
                      field.at("authenticated").at("principal_name"))
                  : null);
      case SOURCE_IP ->
          new RbacCondition.DirectIp(block(principal.getSourceIp(), field.at("source_ip")));
      case DIRECT_REMOTE_IP ->
          new RbacCondition.DirectIp(
              block(principal.getDirectRemoteIp(), field.at("direct_remote_ip")));
      case REMOTE_IP ->
          new RbacCondition.RemoteIp(block(principal.getRemoteIp(), field.at("remote_ip")));
      case HEADER -> header(principal.getHeader(), field);
      case URL_PATH -> path(principal.getUrlPath(), field);
      case METADATA -> RbacClaimReader.read(principal.getMetadata(), field.at("metadata"));
      default -> throw field.at(principal.getIdentifierCase().name()).unsupported();
    };
  }

  private static RbacCondition any(boolean any, Field field) {
    if (!any) {
      throw field.at("any").bad(false, "true");
    }
    return new RbacCondition.Any();
  }

  private static RbacCondition header(HeaderMatcher matcher, Field field) {
    return new RbacCondition.Header(StringMatchReader.header(matcher, field.at("header")));
  }

  private static RbacCondition path(PathMatcher matcher, Field field) {
    return new RbacCondition.Path(
        StringMatchReader.string(matcher.getPath(), field.at("url_path").at("path")));
  }

  private static RbacCondition template(TypedExtensionConfig extension, Field field) {
    if (!extension.getTypedConfig().getTypeUrl().equals(TypeUrls.URI_TEMPLATE_MATCH)) {
      throw field.bad(extension.getTypedConfig().getTypeUrl(), TypeUrls.URI_TEMPLATE_MATCH);
    }
    String template =
        InboundReader.parsed(extension.getTypedConfig(), UriTemplateMatchConfig.parser(), field)
            .getPathTemplate();
    int two = template.indexOf("**");
    boolean isGood =
        template.startsWith("/")
            && template.indexOf('{') < 0
            && (two < 0 || template.indexOf('*', two + 2) < 0);
    if (!isGood) {
      throw field.at("path_template").bad(template, "/a/*/b, /a/** or /a/**/b");
    }
    return new RbacCondition.PathTemplate(template);
  }

  private static RbacCondition port(int first, int end, Field field) {
    if (first < 0 || end > MAX_PORT + 1 || end <= first) {
      throw field.at("destination_port").bad(first + " to " + end, "0 to 65535");
    }
    return new RbacCondition.DestinationPort(first, end - 1);
  }

  private static RbacCondition.IpBlock block(CidrRange range, Field field) {
    String address = range.getAddressPrefix();
    int bits = XdsDefaults.prefixLength(range);
    int most = address.indexOf(':') < 0 ? IP_V4_BITS : IP_V6_BITS;
    if (IpLiteral.parse(address) == null || bits < 0 || bits > most) {
      throw field.bad(address + "/" + bits, "a CIDR block");
    }
    return new RbacCondition.IpBlock(address, bits);
  }
}
