/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * TLS with certificates from outside of the mesh: a DestinationRule's modes SIMPLE and MUTUAL. All
 * files are files where the caller runs.
 *
 * @param authorities the file of the CAs that are trusted; empty for those that the caller's system
 *     trusts
 * @param certificate the file of the certificate that the caller shows; null if it shows none
 * @param privateKey the file of that certificate's key; null if it shows none
 * @param verifies whether it matters who answers
 */
record TlsOrigination(
    String authorities,
    @Nullable String certificate,
    @Nullable String privateKey,
    boolean verifies) {
  /** What Istio takes in place of a file for the CAs that the system trusts. */
  private static final String SYSTEM = "system";

  private static final List<String> CLIENTS = List.of("clientCertificate", "privateKey");
  private static final List<String> AUTHORITIES = List.of("caCertificates", "caCrl");
  private static final Pattern IP = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|.*:.*");

  /** Returns what a rule says; null if it cannot be done, which is reported. */
  static @Nullable TlsOrigination read(Field tls, boolean isMutual, Report report) {
    boolean verifies = !tls.get("insecureSkipVerify").bool(false);
    if (!verifies) {
      report.warning(
          "NotVerified",
          tls.get("insecureSkipVerify"),
          "whoever answers is taken for the host; name its authorities in caCertificates instead");
      warnOfUnused(tls, List.of("caCertificates", "subjectAltNames"), "insecureSkipVerify", report);
    }
    if (!isMutual) {
      warnOfUnused(tls, CLIENTS, "SIMPLE", report);
    }
    boolean isComplete = namesNoSecret(tls, report);
    isComplete &= namesNoRevocations(tls, report);
    if (isMutual && isComplete) {
      for (String name : CLIENTS) {
        isComplete &= hasFile(tls.get(name), report);
      }
    }
    if (!isComplete) {
      return null;
    }
    String authorities = tls.get("caCertificates").text();
    return new TlsOrigination(
        authorities.equals(SYSTEM) ? "" : authorities,
        isMutual ? tls.get("clientCertificate").text() : null,
        isMutual ? tls.get("privateKey").text() : null,
        verifies);
  }

  private static boolean namesNoSecret(Field tls, Report report) {
    Field secret = tls.get("credentialName");
    if (!secret.isPresent()) {
      return true;
    }
    report.severe(
        "NotEnforced",
        secret,
        secret.node()
            + " (expected: none; secrets are for gateways); clients refuse the cluster. Mount the"
            + " secret where the callers run, and name its files in caCertificates,"
            + " clientCertificate and privateKey");
    return false;
  }

  /** Without its list revoked certificates would be taken. */
  private static boolean namesNoRevocations(Field tls, Report report) {
    Field list = tls.get("caCrl");
    if (list.text().isEmpty()) {
      return true;
    }
    report.severe(
        "NotEnforced",
        list,
        list.node() + " (expected: none; no lists are read here); clients refuse the cluster");
    return false;
  }

  private static boolean hasFile(Field file, Report report) {
    if (!file.text().isEmpty()) {
      return true;
    }
    report.severe(
        "InvalidValue",
        file,
        "unset (expected: a file in PEM, where the callers run; mode MUTUAL takes both"
            + " clientCertificate and privateKey); clients refuse the cluster");
    return false;
  }

  /** Says of what is for other modes that it does nothing. */
  static void warnOfUnused(Field tls, String mode, Report report) {
    warnOfUnused(tls, CLIENTS, mode, report);
    warnOfUnused(tls, AUTHORITIES, mode, report);
    warnOfUnused(tls, List.of("credentialName", "insecureSkipVerify"), mode, report);
  }

  private static void warnOfUnused(Field tls, List<String> names, String by, Report report) {
    for (String name : names) {
      if (tls.get(name).isPresent()) {
        report.warning("NotUsed", tls.get(name), "not used with " + by);
      }
    }
  }

  /**
   * Returns what a cluster gets.
   *
   * @param host the service's host, which is the server's name if nothing else is said
   * @param sni the server name that is sent; empty for the host
   * @param names of which the server has to show one; empty for the name that is sent
   */
  UpstreamTlsContext context(String host, String sni, List<String> names) {
    String serverName = !sni.isEmpty() || isNoServerName(host) ? sni : host;
    String ownName = sni.isEmpty() ? host : sni;
    CommonTlsContext.Builder common =
        CommonTlsContext.newBuilder()
            .setValidationContext(validation(names.isEmpty() ? List.of(ownName) : names));
    if (certificate != null && privateKey != null) {
      common.addTlsCertificates(
          TlsCertificate.newBuilder()
              .setCertificateChain(file(certificate))
              .setPrivateKey(file(privateKey)));
    }
    return UpstreamTlsContext.newBuilder().setSni(serverName).setCommonTlsContext(common).build();
  }

  /** A server name is no address, and one name. */
  private static boolean isNoServerName(String host) {
    return host.startsWith("*") || IP.matcher(host).matches();
  }

  private CertificateValidationContext validation(List<String> names) {
    CertificateValidationContext.Builder validation = CertificateValidationContext.newBuilder();
    if (!verifies) {
      return validation.setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED).build();
    }
    if (authorities.isEmpty()) {
      validation.setSystemRootCerts(SystemRootCerts.getDefaultInstance());
    } else {
      validation.setTrustedCa(file(authorities));
    }
    for (String name : names) {
      SubjectAltNameMatcher.Builder matcher = validation.addMatchTypedSubjectAltNamesBuilder();
      matcher.setSanType(type(name)).getMatcherBuilder().setExact(name);
    }
    return validation.build();
  }

  private static SanType type(String name) {
    if (name.contains("://")) {
      return SanType.URI;
    }
    return IP.matcher(name).matches() ? SanType.IP_ADDRESS : SanType.DNS;
  }

  private static DataSource file(String name) {
    return DataSource.newBuilder().setFilename(name).build();
  }
}
