/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.UpstreamTls.Originated;
import dev.weft.agent.engine.config.UpstreamTls.Originated.CertificateFiles;
import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Trust;
import dev.weft.agent.engine.endpoint.IpLiteral;
import dev.weft.protocol.lite.envoy.config.core.v3.DataSource;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/**
 * Reads TLS with certificates from outside of the mesh. They come as files, or as the names that
 * Istio gives files. What would make a check stricter and is not known here is refused.
 */
final class OriginationReader {
  private static final String FILE_ROOT = "file-root:";
  private static final String FILE_CERTIFICATE = "file-cert:";
  private static final String SYSTEM = "system";
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private OriginationReader() {}

  /**
   * Reads a context.
   *
   * @param host what the cluster is for: the name of whoever answers, if nothing else is said
   */
  static Originated read(UpstreamTlsContext context, String host, Field field) {
    CommonTlsContext common = context.getCommonTlsContext();
    Field commonField = field.at("common_tls_context");
    String name = context.getSni().isEmpty() ? host : context.getSni();
    return new Originated(
        new Settings(
            trust(common, name, commonField),
            certificate(common, commonField),
            serverName(context.getSni(), field.at("sni")),
            protocols(common.getTlsParams(), commonField.at("tls_params"))));
  }

  private static String serverName(String sni, Field field) {
    if (sni.isEmpty() || IpLiteral.parse(sni) != null) {
      return ""; // an address is never sent
    }
    try {
      return sni.indexOf('_') >= 0 ? sni : new SNIHostName(sni).getAsciiName();
    } catch (IllegalArgumentException e) {
      throw field.bad(sni, "a host name");
    }
  }

  private static List<String> protocols(TlsParameters parameters, Field field) {
    if (parameters.getCipherSuitesCount() > 0) {
      field.at("cipher_suites").ignored();
    }
    List<String> protocols = new ArrayList<>(PROTOCOLS);
    if (parameters.getTlsMinimumProtocolVersion() == TlsProtocol.TLSv1_3) {
      protocols.remove("TLSv1.2");
    }
    switch (parameters.getTlsMaximumProtocolVersion()) {
      case TLS_AUTO, TLSv1_3 -> {}
      case TLSv1_2 -> protocols.remove("TLSv1.3");
      default -> protocols.clear();
    }
    if (protocols.isEmpty()) {
      throw field
          .at("tls_maximum_protocol_version")
          .bad(
              parameters.getTlsMaximumProtocolVersionValue(),
              "TLS 1.2 or 1.3, and no minimum above");
    }
    return protocols;
  }

  private static @Nullable CertificateFiles certificate(CommonTlsContext common, Field field) {
    if (common.hasTlsCertificateProviderInstance()) {
      throw field.at("tls_certificate_provider_instance").unsupported();
    }
    int secrets = common.getTlsCertificateSdsSecretConfigsCount();
    int files = common.getTlsCertificatesCount();
    if (secrets + files > 1) {
      throw field.at("tls_certificates").bad(secrets + files, "at most one");
    }
    if (secrets == 1) {
      String name = common.getTlsCertificateSdsSecretConfigs(0).getName();
      int end = name.indexOf('~');
      if (!name.startsWith(FILE_CERTIFICATE) || end < 0) {
        throw field.at("tls_certificate_sds_secret_configs").unsupported();
      }
      return new CertificateFiles(
          name.substring(FILE_CERTIFICATE.length(), end), name.substring(end + 1));
    }
    return files == 0
        ? null
        : certificate(common.getTlsCertificates(0), field.at("tls_certificates", 0));
  }

  private static CertificateFiles certificate(TlsCertificate certificate, Field field) {
    if (certificate.hasPkcs12()) {
      throw field.at("pkcs12").unsupported();
    }
    if (certificate.hasPrivateKeyProvider()) {
      throw field.at("private_key_provider").unsupported();
    }
    if (certificate.hasPassword()) {
      throw field.at("password").unsupported();
    }
    return new CertificateFiles(
        file(certificate.getCertificateChain(), field.at("certificate_chain")),
        file(certificate.getPrivateKey(), field.at("private_key")));
  }

  private static String file(DataSource source, Field field) {
    if (source.getSpecifierCase() != DataSource.SpecifierCase.FILENAME) {
      throw field.bad(source.getSpecifierCase(), "filename");
    }
    return StringMatchReader.nonEmpty(source.getFilename(), field.at("filename"));
  }

  private static Trust trust(CommonTlsContext common, String ownName, Field field) {
    CertificateValidationContext validation =
        common.hasCombinedValidationContext()
            ? common.getCombinedValidationContext().getDefaultValidationContext()
            : common.getValidationContext();
    Field validationField = field.at("validation_context");
    if (validation.getTrustChainVerification() == TrustChainVerification.ACCEPT_UNTRUSTED) {
      return Trust.ANYBODY;
    }
    refuseUnknownChecks(validation, validationField);
    String secret =
        common.hasCombinedValidationContext()
            ? common.getCombinedValidationContext().getValidationContextSdsSecretConfig().getName()
            : common.getValidationContextSdsSecretConfig().getName();
    return new Trust(
        true,
        authorities(validation, secret, validationField),
        names(validation, ownName, validationField));
  }

  private static void refuseUnknownChecks(CertificateValidationContext validation, Field field) {
    if (validation.hasCrl()) {
      throw field.at("crl").unsupported();
    }
    if (validation.getVerifyCertificateSpkiCount() > 0) {
      throw field.at("verify_certificate_spki").unsupported();
    }
    if (validation.getVerifyCertificateHashCount() > 0) {
      throw field.at("verify_certificate_hash").unsupported();
    }
    if (validation.hasCustomValidatorConfig()) {
      throw field.at("custom_validator_config").unsupported();
    }
    if (validation.hasCaCertificateProviderInstance()) {
      throw field.at("ca_certificate_provider_instance").unsupported();
    }
  }

  /** Returns the file of the trusted CAs; empty for the system's. */
  private static String authorities(
      CertificateValidationContext validation, String secret, Field field) {
    if (validation.hasTrustedCa()) {
      return file(validation.getTrustedCa(), field.at("trusted_ca"));
    }
    if (secret.startsWith(FILE_ROOT)) {
      String file = secret.substring(FILE_ROOT.length());
      return file.equals(SYSTEM) ? "" : file;
    }
    if (!secret.isEmpty()) {
      throw field.at("sds_config").bad(secret, FILE_ROOT + " and a file");
    }
    if (!validation.hasSystemRootCerts()) {
      // Envoy would take anybody for the server. Whoever means that has to say it.
      throw field
          .at("trusted_ca")
          .bad("unset", "trusted_ca, system_root_certs, or ACCEPT_UNTRUSTED for anybody");
    }
    return "";
  }

  @SuppressWarnings("deprecation") // what Istio still sends
  private static List<PeerName> names(
      CertificateValidationContext validation, String ownName, Field field) {
    List<PeerName> names = new ArrayList<>();
    for (int i = 0; i < validation.getMatchTypedSubjectAltNamesCount(); i++) {
      SubjectAltNameMatcher matcher = validation.getMatchTypedSubjectAltNames(i);
      Field matcherField = field.at("match_typed_subject_alt_names", i);
      String text = TlsReader.exact(matcher.getMatcher(), matcherField.at("matcher"));
      names.add(name(matcher.getSanType(), text, matcherField));
    }
    for (int i = 0; i < validation.getMatchSubjectAltNamesCount(); i++) {
      Field matcherField = field.at("match_subject_alt_names", i);
      names.add(name(TlsReader.exact(validation.getMatchSubjectAltNames(i), matcherField)));
    }
    if (names.isEmpty()) {
      // Any certificate of a public CA would do: that is no check of who it is.
      String own = StringMatchReader.nonEmpty(ownName, field.at("match_typed_subject_alt_names"));
      names.add(name(own));
    }
    return names;
  }

  private static PeerName name(SubjectAltNameMatcher.SanType type, String text, Field field) {
    return switch (type) {
      case DNS -> new PeerName(PeerName.Kind.DNS, text.toLowerCase(Locale.ROOT));
      case URI -> new PeerName(PeerName.Kind.URI, text);
      case IP_ADDRESS -> new PeerName(PeerName.Kind.IP, text);
      case EMAIL, OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw field.at("san_type").bad(type, "DNS, URI or IP_ADDRESS");
    };
  }

  /** A name without a kind is of the one that it looks like. */
  private static PeerName name(String text) {
    if (text.contains("://")) {
      return new PeerName(PeerName.Kind.URI, text);
    }
    return IpLiteral.parse(text) == null
        ? new PeerName(PeerName.Kind.DNS, text.toLowerCase(Locale.ROOT))
        : new PeerName(PeerName.Kind.IP, text);
  }
}
