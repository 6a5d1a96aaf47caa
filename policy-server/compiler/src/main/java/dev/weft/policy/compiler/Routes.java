/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Struct;
import dev.weft.policy.model.ResourceKey;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.time.Duration;
import java.util.Locale;

/** Routes that no author wrote, and what all routes have in common. */
final class Routes {
  /** What a route without a valid destination answers, as the Gateway API has it. */
  static final int SERVER_ERROR = 500;

  private Routes() {}

  /** Returns the only route of a service that no rule is for. */
  static Route toCluster(String cluster) {
    return Route.newBuilder()
        .setName("default")
        .setMatch(Matches.ANY)
        .setRoute(
            RouteAction.newBuilder()
                .setCluster(cluster)
                .setTimeout(Protos.duration(Duration.ZERO))
                .setRetryPolicy(Retries.DEFAULT))
        .build();
  }

  static void serverError(Route.Builder route) {
    route.setDirectResponse(DirectResponseAction.newBuilder().setStatus(SERVER_ERROR));
  }

  /** Says which resource a route comes from, as Istio does. */
  static Metadata origin(ResourceKey resource) {
    String kind = resource.kind().name();
    String path =
        "/apis/"
            + resource.kind().apiVersion()
            + "/namespaces/"
            + resource.namespace()
            + "/"
            + kind.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT)
            + "/"
            + resource.name();
    return Metadata.newBuilder()
        .putFilterMetadata(
            "istio", Struct.newBuilder().putFields("config", Protos.text(path)).build())
        .build();
  }

  static RuntimeFractionalPercent always(double percent) {
    return RuntimeFractionalPercent.newBuilder().setDefaultValue(Protos.percent(percent)).build();
  }
}
