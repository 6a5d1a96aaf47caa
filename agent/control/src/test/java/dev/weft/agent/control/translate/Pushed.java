/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.MessageLite;
import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What becomes of resources. */
record Pushed(Translator.Translated translated) {
  static Pushed of(MessageLite... messages) {
    List<XdsResource> resources = new ArrayList<>();
    for (MessageLite message : messages) {
      resources.add(Xds.resource(message, "1"));
    }
    return new Pushed(Translator.translate(resources));
  }

  /** Returns the only virtual host of routes that are good. */
  static VirtualHostConfig host(RouteConfiguration routes) {
    Pushed pushed = of(Xds.listener(Integer.parseInt(routes.getName())).build(), routes);
    if (!pushed.problems().isEmpty()) {
      throw new AssertionError(pushed.problems());
    }
    return pushed.config().listeners().get(0).routes().virtualHosts().get(0);
  }

  MeshConfig config() {
    return translated.config();
  }

  List<ResourceProblem> problems() {
    return translated.problems();
  }

  /** Returns the only problem. */
  ResourceProblem problem() {
    if (problems().size() != 1) {
      throw new AssertionError(problems());
    }
    return problems().get(0);
  }

  /** Returns a cluster that is there. */
  ClusterConfig cluster(String name) {
    return Objects.requireNonNull(config().clusters().get(name), () -> problems().toString());
  }
}
