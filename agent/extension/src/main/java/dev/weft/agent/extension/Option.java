/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import java.util.Locale;

/**
 * Every option of the agent, once. Each is a system property ({@code -Dweft.server=...}) or an
 * environment variable ({@code WEFT_SERVER=...}); the property wins.
 */
enum Option {
  ADDRESS(
      "weft.address",
      "",
      "The IP address that other agents reach this process at. Default: the one that this machine"
          + " reaches the policy server from, else that of its first network interface."),
  ADOPT(
      "weft.adopt",
      "",
      "The identity of a policy server's store whose removals are to be applied although the last"
          + " good configuration came from another one."),
  CACHE_DIR(
      "weft.cache.dir",
      "",
      "A folder where the last good configuration is kept, so that a start without the policy"
          + " server decides as before. Default: none is kept."),
  ENABLED("weft.enabled", "true", "false: nothing is woven and nothing starts."),
  IDENTITY_DIR(
      "weft.identity.dir",
      "",
      "A folder where this process's private key and certificate are kept, readable by its user"
          + " only, so that a restart needs no policy server. Default: in memory only."),
  IDENTITY_JWT_FILE(
      "weft.identity.jwt.file",
      "",
      "A file with a JWT that says who this workload is, such as a projected Kubernetes service"
          + " account token; read at each use."),
  IDENTITY_PEM(
      "weft.identity.pem",
      "",
      "A file (PEM) with this process's private key, its certificate and the trusted CAs'"
          + " certificates, which somebody else keeps; read again when it is replaced. Towards"
          + " the policy server a token or a JWT counts, if there is one, else this, and then"
          + " mutual TLS with it."),
  IDENTITY_TOKEN(
      "weft.identity.token",
      "",
      "A join token (weft token create) that says who this workload is. It carries the"
          + " fingerprint of the CA, which the policy server is checked by first."),
  IDENTITY_TOKEN_FILE(
      "weft.identity.token.file", "", "A file with a join token; read at each use."),
  LABELS(
      "weft.labels",
      "",
      "Labels of this workload, which subsets select by: version=v2,region=eu. app is the service"
          + " if not given."),
  LOCALITY("weft.locality", "", "Where this process runs: region/zone/subzone."),
  LOG_LEVEL(
      "weft.log.level",
      "",
      "How much Weft logs: off, error, warn, info, debug or trace. Default: as the rest of the"
          + " agent."),
  METRICS_PORT(
      "weft.metrics.port",
      "",
      "A port on which Prometheus can scrape this process. Default: none. In weft-agent.jar only."),
  NAMESPACE("weft.namespace", "default", "The namespace of this workload."),
  SERVER("weft.server", "", "The policy server, host:port. Default: none."),
  SERVICE(
      "weft.service",
      "",
      "The service that this process is an endpoint of. Default: otel.service.name, else the name"
          + " of the main jar or class."),
  SERVICE_ACCOUNT("weft.service.account", "default", "The service account of this workload."),
  SERVICE_PORT(
      "weft.service.port",
      "0",
      "The port that callers name for the first port that this process listens on. 0: that port"
          + " itself."),
  START(
      "weft.start",
      "open",
      "What happens to requests that come in before there is a configuration: open lets them in,"
          + " closed answers 503."),
  TELEMETRY(
      "weft.telemetry",
      "mesh",
      "What upstream's agent traces: mesh (HTTP and gRPC, clients and servers, and what carries"
          + " context between threads), full (all it can) or none. In weft-agent.jar only."),
  TLS_PROTOCOLS(
      "weft.tls.protocols",
      "TLSv1.3",
      "The versions of TLS that the mesh speaks: TLSv1.3, or TLSv1.3,TLSv1.2."),
  TRUST_BUNDLE(
      "weft.trust.bundle",
      "",
      "A file with the CA certificates (PEM) that the policy server is checked by at the first"
          + " contact."),
  TRUST_DOMAIN(
      "weft.trust.domain",
      "cluster.local",
      "The trust domain of the mesh, as in spiffe://cluster.local/ns/shop/sa/orders."),
  TRUST_FINGERPRINT(
      "weft.trust.fingerprint",
      "",
      "The SHA-256 of the CA's public key (base64url, several with commas), as the policy server"
          + " prints it: what it is checked by at the first contact."),
  WEIGHT("weft.weight", "1", "The weight of this process among its service's endpoints."),
  XDS_FILE(
      "weft.xds.file",
      "",
      "A compiled configuration (weft compile) to use in place of a policy server; read again when"
          + " it changes.");

  private final String property;
  private final String defaultValue;
  private final String meaning;

  Option(String property, String defaultValue, String meaning) {
    this.property = property;
    this.defaultValue = defaultValue;
    this.meaning = meaning;
  }

  /** Returns the system property's name. */
  String property() {
    return property;
  }

  /** Returns the environment variable's name. */
  String variable() {
    return property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** Returns the value that holds if none is given; empty for none. */
  String defaultValue() {
    return defaultValue;
  }

  /** Returns what it means, for the documentation. */
  String meaning() {
    return meaning;
  }
}
