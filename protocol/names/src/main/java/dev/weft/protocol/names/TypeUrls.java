/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.protocol.names;

import java.util.List;

/** The type URLs of xDS resources and of the typed configs inside them. */
public final class TypeUrls {
  private static final String PREFIX = "type.googleapis.com/";

  /** LDS. */
  public static final String LISTENER = PREFIX + "envoy.config.listener.v3.Listener";

  /** RDS. */
  public static final String ROUTE_CONFIGURATION =
      PREFIX + "envoy.config.route.v3.RouteConfiguration";

  /** CDS. */
  public static final String CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster";

  /** EDS. */
  public static final String CLUSTER_LOAD_ASSIGNMENT =
      PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment";

  /** The HTTP connection manager, a network filter. */
  public static final String HTTP_CONNECTION_MANAGER =
      PREFIX + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

  /** The TCP proxy, a network filter. */
  public static final String TCP_PROXY =
      PREFIX + "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

  /** The router, an HTTP filter. */
  public static final String ROUTER = PREFIX + "envoy.extensions.filters.http.router.v3.Router";

  /** The fault filter's config, on the filter and per route. */
  public static final String FAULT = PREFIX + "envoy.extensions.filters.http.fault.v3.HTTPFault";

  /** The CORS filter. */
  public static final String CORS = PREFIX + "envoy.extensions.filters.http.cors.v3.Cors";

  /** Local rate limit, an HTTP filter. */
  public static final String LOCAL_RATE_LIMIT =
      PREFIX + "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

  /** Role based access control, an HTTP filter. */
  public static final String RBAC = PREFIX + "envoy.extensions.filters.http.rbac.v3.RBAC";

  /** Verification of tokens, an HTTP filter. */
  public static final String JWT_AUTHN =
      PREFIX + "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";

  /** TLS of a server. */
  public static final String DOWNSTREAM_TLS =
      PREFIX + "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

  /** TLS of a client. */
  public static final String UPSTREAM_TLS =
      PREFIX + "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";

  /** No TLS. */
  public static final String RAW_BUFFER =
      PREFIX + "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

  /** A path template. */
  public static final String URI_TEMPLATE_MATCH =
      PREFIX + "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

  /** The order in which the resource types of one push are sent and applied. */
  public static final List<String> MAKE_BEFORE_BREAK =
      List.of(CLUSTER, CLUSTER_LOAD_ASSIGNMENT, LISTENER, ROUTE_CONFIGURATION);

  private TypeUrls() {}
}
