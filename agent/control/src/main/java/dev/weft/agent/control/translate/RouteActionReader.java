/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteAction.HashPolicy;
import dev.weft.agent.engine.config.RouteAction.Mirror;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.protocol.lite.envoy.config.route.v3.DirectResponseAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RedirectAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a route does. A destination that cannot be worked out makes the resource bad; an
 * embellishment that cannot be done is ignored.
 */
final class RouteActionReader {
  private static final long MAX_TOTAL_WEIGHT = 0xFFFF_FFFFL;

  private RouteActionReader() {}

  static RouteAction forward(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteAction action,
      RetryConfig retryByDefault,
      List<Mirror> mirrorsByDefault,
      Field field) {
    noteWhatIsIgnored(action, field);
    List<Mirror> mirrors = mirrors(action.getRequestMirrorPoliciesList(), field);
    return new RouteAction.Forward(
        clusters(action, field),
        rewrite(action, field),
        action.hasTimeout()
            ? XdsDefaults.nanos(action.getTimeout(), field.at("timeout"))
            : XdsDefaults.ROUTE_TIMEOUT_NANOS,
        action.hasRetryPolicy()
            ? RetryReader.read(action.getRetryPolicy(), field.at("retry_policy"))
            : retryByDefault,
        mirrors.isEmpty() ? mirrorsByDefault : mirrors,
        hashPolicies(action, field));
  }

  static List<Mirror> mirrors(List<RequestMirrorPolicy> policies, Field parent) {
    List<Mirror> mirrors = new ArrayList<>(policies.size());
    for (int i = 0; i < policies.size(); i++) {
      RequestMirrorPolicy policy = policies.get(i);
      Field field = parent.at("request_mirror_policies", i);
      if (!policy.getClusterHeader().isEmpty()) {
        field.at("cluster_header").ignored(policy.getClusterHeader());
        continue;
      }
      if (policy.getDisableShadowHostSuffixAppend()) {
        field.at("disable_shadow_host_suffix_append").ignored();
      }
      int perMillion =
          policy.hasRuntimeFraction()
              ? XdsDefaults.perMillion(policy.getRuntimeFraction(), field.at("runtime_fraction"))
              : 1_000_000;
      mirrors.add(
          new Mirror(
              StringMatchReader.nonEmpty(policy.getCluster(), field.at("cluster")), perMillion));
    }
    return mirrors;
  }

  static RouteAction redirect(RedirectAction redirect, Field field) {
    if (redirect.hasRegexRewrite()) {
      throw field.at("regex_rewrite").unsupported();
    }
    int status =
        switch (redirect.getResponseCode()) {
          case MOVED_PERMANENTLY -> 301;
          case FOUND -> 302;
          case SEE_OTHER -> 303;
          case TEMPORARY_REDIRECT -> 307;
          case PERMANENT_REDIRECT -> 308;
          case UNRECOGNIZED ->
              throw field
                  .at("response_code")
                  .bad(redirect.getResponseCodeValue(), "a RedirectResponseCode, 0 to 4");
        };
    int port = redirect.getPortRedirect();
    if (port < 0 || port > 65535) {
      throw field.at("port_redirect").bad(Integer.toUnsignedString(port), "0 to 65535");
    }
    return new RouteAction.Redirect(
        status,
        scheme(redirect),
        redirect.getHostRedirect().isEmpty() ? null : redirect.getHostRedirect(),
        port,
        redirect.hasPathRedirect() ? redirect.getPathRedirect() : null,
        redirect.hasPrefixRewrite() ? redirect.getPrefixRewrite() : null,
        redirect.getStripQuery());
  }

  static RouteAction directResponse(DirectResponseAction response, Field field) {
    int status = response.getStatus();
    if (status < 200 || status > 599) {
      throw field.at("status").bad(Integer.toUnsignedString(status), "200 to 599");
    }
    String body =
        switch (response.getBody().getSpecifierCase()) {
          case INLINE_STRING -> response.getBody().getInlineString();
          case INLINE_BYTES -> response.getBody().getInlineBytes().toStringUtf8();
          case SPECIFIER_NOT_SET -> "";
          case FILENAME -> throw field.at("body").at("filename").unsupported();
          case ENVIRONMENT_VARIABLE ->
              throw field.at("body").at("environment_variable").unsupported();
        };
    return new RouteAction.DirectResponse(status, body);
  }

  private static @Nullable String scheme(RedirectAction redirect) {
    return switch (redirect.getSchemeRewriteSpecifierCase()) {
      case HTTPS_REDIRECT -> redirect.getHttpsRedirect() ? "https" : null;
      case SCHEME_REDIRECT -> redirect.getSchemeRedirect();
      case SCHEMEREWRITESPECIFIER_NOT_SET -> null;
    };
  }

  private static List<WeightedCluster> clusters(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteAction action, Field field) {
    return switch (action.getClusterSpecifierCase()) {
      case CLUSTER ->
          List.of(
              new WeightedCluster(
                  StringMatchReader.nonEmpty(action.getCluster(), field.at("cluster")),
                  1,
                  HeaderMutations.NONE,
                  null));
      case WEIGHTED_CLUSTERS ->
          weighted(action.getWeightedClusters().getClustersList(), field.at("weighted_clusters"));
      case CLUSTER_HEADER -> throw field.at("cluster_header").unsupported();
      case CLUSTER_SPECIFIER_PLUGIN -> throw field.at("cluster_specifier_plugin").unsupported();
      case INLINE_CLUSTER_SPECIFIER_PLUGIN ->
          throw field.at("inline_cluster_specifier_plugin").unsupported();
      case CLUSTERSPECIFIER_NOT_SET ->
          throw field.bad("no cluster", "cluster or weighted_clusters");
    };
  }

  private static List<WeightedCluster> weighted(List<ClusterWeight> weights, Field parent) {
    List<WeightedCluster> clusters = new ArrayList<>(weights.size());
    long total = 0;
    for (int i = 0; i < weights.size(); i++) {
      ClusterWeight weight = weights.get(i);
      Field field = parent.at("clusters", i);
      if (!weight.getClusterHeader().isEmpty()) {
        throw field.at("cluster_header").unsupported();
      }
      if (weight.getTypedPerFilterConfigCount() > 0) {
        field.at("typed_per_filter_config").ignored();
      }
      clusters.add(
          new WeightedCluster(
              StringMatchReader.nonEmpty(weight.getName(), field.at("name")),
              XdsDefaults.weight(weight, field),
              HeaderMutationsReader.read(weight, field),
              weight.hasHostRewriteLiteral() ? weight.getHostRewriteLiteral() : null));
      total += clusters.get(i).weight();
    }
    if (total < 1 || total > MAX_TOTAL_WEIGHT) {
      throw parent.bad("weights' sum " + total, "1 to " + MAX_TOTAL_WEIGHT);
    }
    return clusters;
  }

  private static Rewrite rewrite(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteAction action, Field field) {
    String prefix = action.getPrefixRewrite().isEmpty() ? null : action.getPrefixRewrite();
    String regex = null;
    String substitution = null;
    if (action.hasRegexRewrite()) {
      Field regexField = field.at("regex_rewrite");
      if (prefix != null) {
        throw regexField.bad("set", "unset, as prefix_rewrite is set");
      }
      regex =
          StringMatchReader.regex(action.getRegexRewrite().getPattern(), regexField.at("pattern"));
      substitution = action.getRegexRewrite().getSubstitution();
    }
    if (action.hasPathRewritePolicy()) {
      throw field.at("path_rewrite_policy").unsupported();
    }
    String authority = authority(action, field);
    return prefix == null && regex == null && authority == null
        ? Rewrite.NONE
        : new Rewrite(prefix, regex, substitution, null, authority);
  }

  private static @Nullable String authority(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteAction action, Field field) {
    return switch (action.getHostRewriteSpecifierCase()) {
      case HOST_REWRITE_LITERAL -> action.getHostRewriteLiteral();
      case AUTO_HOST_REWRITE -> {
        if (XdsDefaults.autoHostRewrite(action)) {
          field.at("auto_host_rewrite").ignored();
        }
        yield null;
      }
      case HOST_REWRITE_HEADER -> throw field.at("host_rewrite_header").unsupported();
      case HOST_REWRITE_PATH_REGEX -> throw field.at("host_rewrite_path_regex").unsupported();
      case HOSTREWRITESPECIFIER_NOT_SET -> null;
    };
  }

  private static List<HashPolicy> hashPolicies(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteAction action, Field parent) {
    List<HashPolicy> policies = new ArrayList<>(action.getHashPolicyCount());
    for (int i = 0; i < action.getHashPolicyCount(); i++) {
      var policy = action.getHashPolicy(i);
      Field field = parent.at("hash_policy", i);
      if (policy.getTerminal()) {
        field.at("terminal").ignored();
      }
      switch (policy.getPolicySpecifierCase()) {
        case HEADER -> {
          if (policy.getHeader().hasRegexRewrite()) {
            field.at("header").at("regex_rewrite").ignored();
          }
          policies.add(
              new HashPolicy.Header(policy.getHeader().getHeaderName().toLowerCase(Locale.ROOT)));
        }
        case COOKIE -> policies.add(new HashPolicy.Cookie(policy.getCookie().getName()));
        case QUERY_PARAMETER ->
            policies.add(new HashPolicy.QueryParameter(policy.getQueryParameter().getName()));
        case CONNECTION_PROPERTIES -> {
          if (policy.getConnectionProperties().getSourceIp()) {
            policies.add(new HashPolicy.SourceIp());
          }
        }
        case FILTER_STATE -> field.at("filter_state").ignored();
        case POLICYSPECIFIER_NOT_SET -> throw field.bad("no policy", "header, cookie or another");
      }
    }
    return policies;
  }

  private static void noteWhatIsIgnored(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteAction action, Field field) {
    if (action.hasRetryPolicyTypedConfig()) {
      field.at("retry_policy_typed_config").ignored();
    }
    if (action.hasHedgePolicy()) {
      field.at("hedge_policy").ignored();
    }
    if (action.hasInternalRedirectPolicy()) {
      field.at("internal_redirect_policy").ignored();
    }
    if (action.getRateLimitsCount() > 0) {
      field.at("rate_limits").ignored();
    }
    if (action.hasMetadataMatch()) {
      throw field.at("metadata_match").unsupported();
    }
  }
}
