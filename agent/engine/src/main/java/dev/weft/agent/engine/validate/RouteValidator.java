/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.validate;

import com.google.re2j.Pattern;
import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.agent.engine.route.Substitution;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what is wrong with a route configuration. */
public final class RouteValidator {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final Problems problems = new Problems();
  private final MatchValidator matches = new MatchValidator(problems);
  private final HeaderValidator headers = new HeaderValidator(problems);

  private RouteValidator() {}

  /** Returns the problems, each naming its field; empty if there are none. */
  public static List<String> problems(RouteConfiguration routes) {
    RouteValidator validator = new RouteValidator();
    Map<String, String> owners = new HashMap<>();
    for (int i = 0; i < routes.virtualHosts().size(); i++) {
      VirtualHostConfig host = routes.virtualHosts().get(i);
      String field = "virtual_hosts[" + i + "].";
      validator.domains(field, host, owners);
      for (int j = 0; j < host.routes().size(); j++) {
        validator.route(field + "routes[" + j + "].", host.routes().get(j));
      }
    }
    return validator.problems.all();
  }

  private void domains(String field, VirtualHostConfig host, Map<String, String> owners) {
    for (int i = 0; i < host.domains().size(); i++) {
      String domain = host.domains().get(i);
      String one = field + "domains[" + i + "]";
      int star = domain.indexOf('*');
      boolean valid = star < 0 || star == domain.lastIndexOf('*');
      valid &= star <= 0 || star == domain.length() - 1;
      problems.check(
          valid && !domain.isEmpty(), one, "'" + domain + "'", "a host or *suffix or prefix*");
      String owner = owners.putIfAbsent(domain, host.name());
      problems.check(
          owner == null || owner.equals(host.name()),
          one,
          domain,
          "in one virtual host only, but it is in " + owner);
    }
  }

  private void route(String field, RouteConfig route) {
    matches.route(field + "match", route.match());
    headers.mutations(field, route.headers());
    FaultConfig fault = route.fault();
    if (fault != null) {
      fault(field + "fault.", fault);
    }
    RouteAction action = route.action();
    if (action instanceof Forward forward) {
      forward(field + "route.", route, forward);
    } else if (action instanceof Redirect redirect) {
      problems.check(
          REDIRECTS.contains(redirect.status()),
          field + "redirect.response_code",
          redirect.status(),
          "301, 302, 303, 307 or 308");
    } else if (action instanceof DirectResponse direct) {
      status(field + "direct_response.status", direct.status());
    }
  }

  private void forward(String field, RouteConfig route, Forward forward) {
    long sum = 0;
    for (int i = 0; i < forward.clusters().size(); i++) {
      WeightedCluster cluster = forward.clusters().get(i);
      String one = field + "weighted_clusters.clusters[" + i + "].";
      problems.notNegative(one + "weight", cluster.weight());
      headers.mutations(one, cluster.headers());
      headers.levels(one, List.of(route.headers(), cluster.headers()));
      sum += Math.max(0, cluster.weight());
    }
    problems.check(
        sum > 0 && sum <= 0xFFFF_FFFFL,
        field + "weighted_clusters",
        "weights with the sum " + sum,
        "1 to 4294967295");
    rewrite(field, forward.rewrite());
    problems.notNegative(field + "timeout", forward.timeoutNanos());
    retry(field + "retry_policy.", forward.retry());
    for (int i = 0; i < forward.mirrors().size(); i++) {
      String one = field + "request_mirror_policies[" + i + "].runtime_fraction";
      problems.perMillion(one, forward.mirrors().get(i).perMillion());
    }
  }

  private void rewrite(String field, Rewrite rewrite) {
    String expression = rewrite.regex();
    if (expression == null) {
      return;
    }
    Pattern regex = problems.regex(field + "regex_rewrite.pattern", expression);
    String substitution = rewrite.substitution();
    String name = field + "regex_rewrite.substitution";
    try {
      int group = new Substitution(substitution == null ? "" : substitution).maxGroup();
      int groups = regex == null ? group : regex.groupCount();
      problems.check(group <= groups, name, "\\" + group, "at most group " + groups);
    } catch (IllegalArgumentException e) {
      problems.add(name, "'" + substitution + "'", "\\0 to \\9 or \\\\ after a backslash");
    }
  }

  private void retry(String field, RetryConfig retry) {
    problems.check(
        retry.attempts() >= 0 && retry.attempts() <= 1000,
        field + "num_retries",
        retry.attempts(),
        "0 to 1000");
    problems.notNegative(field + "per_try_timeout", retry.perTryTimeoutNanos());
    problems.notNegative(field + "retry_back_off.base_interval", retry.backoffBaseNanos());
    problems.notNegative(field + "retry_back_off.max_interval", retry.backoffMaxNanos());
    for (int status : retry.statuses()) {
      problems.check(
          status >= 100 && status < 600, field + "retriable_status_codes", status, "100 to 599");
    }
  }

  private void fault(String field, FaultConfig fault) {
    problems.notNegative(field + "delay.fixed_delay", fault.delayNanos());
    problems.perMillion(field + "delay.percentage", fault.delayPerMillion());
    problems.perMillion(field + "abort.percentage", fault.abortPerMillion());
    if (fault.abortHttpStatus() != 0) {
      status(field + "abort.http_status", fault.abortHttpStatus());
    }
    int grpc = fault.abortGrpcStatus();
    problems.check(grpc >= -1 && grpc <= 16, field + "abort.grpc_status", grpc, "0 to 16");
    matches.headers(field + "headers", fault.headers());
  }

  private void status(String field, int status) {
    problems.check(status >= 200 && status < 600, field, status, "200 to 599");
  }
}
