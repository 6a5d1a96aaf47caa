/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.engine.Engine;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.List;

/** Reads one resource of any type: bytes in; a value or the reason against it out. */
final class ResourceReader {
  private static final int REASONS = 5;

  private ResourceReader() {}

  /**
   * Reads a resource.
   *
   * @throws BadValueException if it has a value that it must not have
   */
  static Read read(XdsResource resource) {
    List<String> ignored = new ArrayList<>();
    Field field = Field.root(ignored);
    try {
      Parsed parsed =
          switch (resource.typeUrl()) {
            case TypeUrls.CLUSTER -> {
              Cluster cluster = Cluster.parseFrom(resource.sharedBytes());
              checkName(resource, cluster.getName(), field.at("name"));
              ParsedCluster parsedCluster = ClusterReader.read(cluster, field);
              accept(Engine.validate(parsedCluster.config()));
              yield new Parsed.OfCluster(parsedCluster);
            }
            case TypeUrls.CLUSTER_LOAD_ASSIGNMENT -> {
              var assignment = ClusterLoadAssignment.parseFrom(resource.sharedBytes());
              checkName(resource, assignment.getClusterName(), field.at("cluster_name"));
              yield new Parsed.OfEndpoints(EndpointReader.addresses(assignment, field));
            }
            case TypeUrls.LISTENER -> {
              Listener listener = Listener.parseFrom(resource.sharedBytes());
              checkName(resource, listener.getName(), field.at("name"));
              ParsedListener parsedListener = ListenerReader.read(listener, field);
              if (parsedListener instanceof ParsedListener.Inline inline) {
                accept(Engine.validate(inline.routes()));
              } else if (parsedListener instanceof ParsedListener.Inbound inbound) {
                accept(Engine.validate(inbound.config()));
              }
              yield new Parsed.OfListener(parsedListener);
            }
            case TypeUrls.ROUTE_CONFIGURATION -> {
              var routes =
                  dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration.parseFrom(
                      resource.sharedBytes());
              checkName(resource, routes.getName(), field.at("name"));
              RouteConfiguration parsedRoutes = RouteReader.read(routes, field);
              accept(Engine.validate(parsedRoutes));
              yield new Parsed.OfRoutes(parsedRoutes);
            }
            default ->
                throw field
                    .at("type_url")
                    .bad(resource.typeUrl(), TypeUrls.MAKE_BEFORE_BREAK.toString());
          };
      return new Read(parsed, summary(ignored));
    } catch (InvalidProtocolBufferException e) {
      throw field.bad(
          resource.typeUrl(), "a message that can be parsed: " + String.valueOf(e.getMessage()));
    }
  }

  /** What the engine would refuse as a whole is refused here, where it is one resource's fault. */
  private static void accept(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new BadValueException(summary(problems));
    }
  }

  private static void checkName(XdsResource resource, String name, Field field) {
    if (!name.equals(resource.name())) {
      throw field.bad(name, "the resource's name, " + resource.name());
    }
  }

  static String summary(List<String> reasons) {
    if (reasons.size() <= REASONS) {
      return String.join("; ", reasons);
    }
    return String.join("; ", reasons.subList(0, REASONS))
        + "; and "
        + (reasons.size() - REASONS)
        + " more";
  }

  /**
   * What was read.
   *
   * @param ignored what in it has no effect; empty for nothing
   */
  record Read(Parsed parsed, String ignored) {}

  /** A resource of one of the types. */
  sealed interface Parsed {
    /** CDS. */
    record OfCluster(ParsedCluster cluster) implements Parsed {}

    /** EDS. */
    record OfEndpoints(List<EndpointConfig> endpoints) implements Parsed {
      /** Copies the collection. */
      public OfEndpoints {
        endpoints = List.copyOf(endpoints);
      }
    }

    /** LDS. */
    record OfListener(ParsedListener listener) implements Parsed {}

    /** RDS. */
    record OfRoutes(RouteConfiguration routes) implements Parsed {}
  }
}
