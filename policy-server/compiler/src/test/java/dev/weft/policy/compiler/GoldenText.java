/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.policy.model.Finding;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;

/** Writes what a compilation gives as text that people can compare. */
final class GoldenText {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(
                      List.of(
                          HTTPFault.getDescriptor(),
                          HttpConnectionManager.getDescriptor(),
                          DownstreamTlsContext.getDescriptor(),
                          JwtAuthentication.getDescriptor(),
                          PreviousHostsPredicate.getDescriptor(),
                          RBAC.getDescriptor(),
                          RawBuffer.getDescriptor(),
                          Router.getDescriptor(),
                          TcpProxy.getDescriptor(),
                          UpstreamTlsContext.getDescriptor(),
                          UriTemplateMatchConfig.getDescriptor()))
                  .build());

  private GoldenText() {}

  static String xds(Compilation compilation, World world) throws InvalidProtocolBufferException {
    Snapshot snapshot =
        compilation.snapshot(
            compilation.audience(
                world.callerNamespace(), world.callerLabels(), world.callerLocality()));
    StringBuilder text = new StringBuilder();
    for (String typeUrl : TypeUrls.MAKE_BEFORE_BREAK) {
      if (!world.shows(typeUrl)) {
        continue;
      }
      for (CompiledResource resource : snapshot.resources(typeUrl).values()) {
        String type = typeUrl.substring(typeUrl.lastIndexOf('.') + 1);
        text.append("# ").append(type).append(' ').append(resource.name()).append('\n');
        text.append(JSON.print(message(resource.body()))).append('\n');
      }
    }
    return text.toString();
  }

  static Message message(Any body) throws InvalidProtocolBufferException {
    return switch (body.getTypeUrl()) {
      case TypeUrls.CLUSTER -> body.unpack(Cluster.class);
      case TypeUrls.CLUSTER_LOAD_ASSIGNMENT -> body.unpack(ClusterLoadAssignment.class);
      case TypeUrls.LISTENER -> body.unpack(Listener.class);
      case TypeUrls.ROUTE_CONFIGURATION -> body.unpack(RouteConfiguration.class);
      default -> throw new IllegalArgumentException(body.getTypeUrl());
    };
  }

  static String status(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(finding.resource())
          .append('\n')
          .append(finding.severe() ? "  severe " : "  warning ")
          .append(finding.reason())
          .append('\n')
          .append("  ")
          .append(finding.field())
          .append('\n')
          .append("  ")
          .append(finding.message())
          .append('\n');
    }
    return text.toString();
  }
}
