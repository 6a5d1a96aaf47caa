/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.protocol.names;

/** How xDS resources are named, as in Istio. */
public final class ResourceNames {
  /** The cluster that means "as the application itself would": type ORIGINAL_DST. */
  public static final String PASSTHROUGH_CLUSTER = "PassthroughCluster";

  /** The cluster without endpoints. */
  public static final String BLACK_HOLE_CLUSTER = "BlackHoleCluster";

  /** The listener for ports without a listener of their own. */
  public static final String VIRTUAL_OUTBOUND = "virtualOutbound";

  /** The listener that guards what comes in. */
  public static final String VIRTUAL_INBOUND = "virtualInbound";

  /** The key of our own metadata of endpoints and filter chains. */
  public static final String WEFT_METADATA = "weft";

  /** In a filter chain's own metadata: STRICT, PERMISSIVE or DISABLE. */
  public static final String MUTUAL_TLS_MODE = "mtls_mode";

  /** In a filter chain's own metadata: the name of the policy that says so; may be absent. */
  public static final String MUTUAL_TLS_POLICY = "mtls_policy";

  /** In an endpoint's own metadata: the SPIFFE ID that its certificate has to show. */
  public static final String IDENTITY = "identity";

  /** The key of the metadata that a cluster's transport sockets are matched by. */
  public static final String SOCKET_MATCH_METADATA = "envoy.transport_socket_match";

  /** In that metadata: whether the endpoint takes the mesh's mutual TLS. */
  public static final String TLS_MODE = "tlsMode";

  /** The value of {@link #TLS_MODE} of an endpoint that does. */
  public static final String TLS_MODE_ISTIO = "istio";

  /** The name of a transport socket of TLS. */
  public static final String TLS_SOCKET = "envoy.transport_sockets.tls";

  /** The name of the transport socket without TLS. */
  public static final String RAW_BUFFER_SOCKET = "envoy.transport_sockets.raw_buffer";

  /** The secret that is the workload's own certificate and key. */
  public static final String WORKLOAD_CERTIFICATE = "default";

  /** The secret that is the roots which the mesh trusts. */
  public static final String TRUST_BUNDLE = "ROOTCA";

  /** The virtual host for hosts that no rule is for, where any is allowed. */
  public static final String ALLOW_ANY = "allow_any";

  /** The virtual host for hosts that no rule is for, where only known ones are allowed. */
  public static final String BLOCK_ALL = "block_all";

  private ResourceNames() {}

  /**
   * Returns the name of an outbound cluster: {@code outbound|port|subset|host}.
   *
   * @param subset empty for the whole service
   */
  public static String outboundCluster(int port, String subset, String host) {
    return "outbound|" + port + "|" + subset + "|" + host;
  }

  /**
   * Returns the server name that callers of a cluster send in the mesh's TLS: {@code
   * outbound_.port_.subset_.host}.
   *
   * @param subset empty for the whole service
   */
  public static String outboundServerName(int port, String subset, String host) {
    return "outbound_." + port + "_." + subset + "_." + host;
  }

  /** Returns the name of the outbound listener of a port: {@code 0.0.0.0_port}. */
  public static String outboundListener(int port) {
    return "0.0.0.0_" + port;
  }

  /** Returns the name of the outbound route configuration of a port. */
  public static String outboundRoutes(int port) {
    return Integer.toString(port);
  }

  /** Returns the name of a virtual host: {@code host:port}. */
  public static String virtualHost(String host, int port) {
    return host + ":" + port;
  }
}
