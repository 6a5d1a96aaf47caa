/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.config.UpstreamTls.Originated;
import dev.weft.agent.engine.config.UpstreamTls.Originated.CertificateFiles;
import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName;
import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName.Kind;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Trust;
import dev.weft.protocol.lite.envoy.config.core.v3.DataSource;
import dev.weft.protocol.lite.envoy.config.core.v3.TransportSocket;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.names.TypeUrls;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS with certificates from outside of the mesh. */
class OriginationTranslationTest {
  private static final String NAME = "outbound|80||api.example";
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  @Test
  void filesNamesAndTheServerNameAreRead() {
    CommonTlsContext.Builder common =
        CommonTlsContext.newBuilder()
            .addTlsCertificates(
                TlsCertificate.newBuilder()
                    .setCertificateChain(file("/c.pem"))
                    .setPrivateKey(file("/k.pem")))
            .setValidationContext(
                authorities("/ca.pem")
                    .addMatchTypedSubjectAltNames(san(SanType.DNS, "API.example"))
                    .addMatchTypedSubjectAltNames(san(SanType.URI, "spiffe://there/API"))
                    .addMatchTypedSubjectAltNames(san(SanType.IP_ADDRESS, "10.1.2.3")));

    assertThat(settings("api.example", common))
        .isEqualTo(
            new Settings(
                new Trust(
                    true,
                    "/ca.pem",
                    List.of(
                        new PeerName(Kind.DNS, "api.example"),
                        new PeerName(Kind.URI, "spiffe://there/API"),
                        new PeerName(Kind.IP, "10.1.2.3"))),
                new CertificateFiles("/c.pem", "/k.pem"),
                "api.example",
                PROTOCOLS));
  }

  @Test
  void namesThatIstioGivesFilesAreRead() {
    CommonTlsContext.Builder common =
        CommonTlsContext.newBuilder()
            .addTlsCertificateSdsSecretConfigs(secret("file-cert:/c.pem~/k.pem"))
            .setCombinedValidationContext(
                CombinedCertificateValidationContext.newBuilder()
                    .setValidationContextSdsSecretConfig(secret("file-root:/ca.pem")));

    Settings settings = settings("api.example", common);

    assertThat(settings.certificate()).isEqualTo(new CertificateFiles("/c.pem", "/k.pem"));
    assertThat(settings.trust().authorities()).isEqualTo("/ca.pem");
  }

  @Test
  void theServerIsWhoItIsCalledIfNothingElseIsSaid() {
    CommonTlsContext.Builder common =
        CommonTlsContext.newBuilder()
            .setValidationContext(
                CertificateValidationContext.newBuilder()
                    .setSystemRootCerts(SystemRootCerts.getDefaultInstance()));

    assertThat(settings("sent.example", common).trust())
        .isEqualTo(new Trust(true, "", List.of(new PeerName(Kind.DNS, "sent.example"))));
    assertThat(settings("", common).trust())
        .isEqualTo(new Trust(true, "", List.of(new PeerName(Kind.DNS, "api.example"))));
  }

  @Test
  void anAddressIsNotSentAsAName() {
    Settings settings = settings("10.1.2.3", trusting());

    assertThat(settings.serverName()).isEmpty();
    assertThat(settings.trust().names()).containsExactly(new PeerName(Kind.IP, "10.1.2.3"));
  }

  @Test
  void anybodyIsTrustedOnlyIfThatIsSaid() {
    CommonTlsContext.Builder anybody =
        CommonTlsContext.newBuilder()
            .setValidationContext(
                CertificateValidationContext.newBuilder()
                    .setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED));

    assertThat(settings("api.example", anybody).trust()).isEqualTo(Trust.ANYBODY);
  }

  @Test
  void versionsOfTlsAreWhatIsAllowed() {
    CommonTlsContext.Builder newest =
        trusting()
            .setTlsParams(
                TlsParameters.newBuilder().setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_3));
    CommonTlsContext.Builder older =
        trusting()
            .setTlsParams(
                TlsParameters.newBuilder().setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_2));

    assertThat(settings("a", newest).protocols()).containsExactly("TLSv1.3");
    assertThat(settings("a", older).protocols()).containsExactly("TLSv1.2");
  }

  static Stream<Arguments> unknown() {
    return Stream.of(
        argumentSet(
            "nobody to trust",
            CommonTlsContext.newBuilder(),
            "validation_context.trusted_ca: unset (expected: trusted_ca, system_root_certs"),
        argumentSet(
            "a secret",
            trusting().addTlsCertificateSdsSecretConfigs(secret("kubernetes://api")),
            "tls_certificate_sds_secret_configs: not supported"),
        argumentSet(
            "a key that is no file",
            trusting()
                .addTlsCertificates(TlsCertificate.newBuilder().setCertificateChain(file("/c"))),
            "tls_certificates[0].private_key: SPECIFIER_NOT_SET (expected: filename)"),
        argumentSet(
            "revoked certificates",
            CommonTlsContext.newBuilder()
                .setValidationContext(authorities("/ca.pem").setCrl(file("/crl.pem"))),
            "validation_context.crl: not supported"),
        argumentSet(
            "a pin",
            CommonTlsContext.newBuilder()
                .setValidationContext(authorities("/ca.pem").addVerifyCertificateHash("af")),
            "verify_certificate_hash: not supported"),
        argumentSet(
            "an e-mail address",
            CommonTlsContext.newBuilder()
                .setValidationContext(
                    authorities("/ca.pem")
                        .addMatchTypedSubjectAltNames(san(SanType.EMAIL, "a@b.example"))),
            "san_type: EMAIL (expected: DNS, URI or IP_ADDRESS)"),
        argumentSet(
            "old versions",
            trusting()
                .setTlsParams(
                    TlsParameters.newBuilder().setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_1)),
            "tls_maximum_protocol_version"));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void whatCannotBeDoneRefusesTheCluster(CommonTlsContext.Builder common, String reason) {
    Pushed pushed = push("api.example", common);

    assertThat(pushed.problem().reason()).contains(reason);
    assertThat(pushed.config().clusters()).isEmpty();
  }

  @Test
  void aServerNameThatCannotBeSentRefusesTheCluster() {
    assertThat(push("-a..b", trusting()).problem().reason())
        .contains("sni: -a..b (expected: a host name)");
  }

  private static Settings settings(String sni, CommonTlsContext.Builder common) {
    ClusterConfig cluster = push(sni, common).cluster(NAME);
    assertThat(cluster.isTlsRequired()).isTrue();
    UpstreamTls tls = Objects.requireNonNull(cluster.endpoints().get(0).tls());
    Settings settings = ((Originated) tls).settings();
    assertThat(tls).isEqualTo(new Originated(settings));
    return settings;
  }

  private static Pushed push(String sni, CommonTlsContext.Builder common) {
    UpstreamTlsContext context =
        UpstreamTlsContext.newBuilder().setSni(sni).setCommonTlsContext(common).build();
    TransportSocket socket =
        TransportSocket.newBuilder()
            .setTypedConfig(
                Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS).setValue(context.toByteString()))
            .build();
    return Pushed.of(
        Xds.edsCluster(NAME).setTransportSocket(socket).build(),
        Xds.endpoints(NAME, "10.0.0.1").build());
  }

  private static CommonTlsContext.Builder trusting() {
    return CommonTlsContext.newBuilder().setValidationContext(authorities("/ca.pem"));
  }

  private static CertificateValidationContext.Builder authorities(String file) {
    return CertificateValidationContext.newBuilder().setTrustedCa(file(file));
  }

  private static SubjectAltNameMatcher san(SanType type, String name) {
    return SubjectAltNameMatcher.newBuilder()
        .setSanType(type)
        .setMatcher(StringMatcher.newBuilder().setExact(name))
        .build();
  }

  private static SdsSecretConfig secret(String name) {
    return SdsSecretConfig.newBuilder().setName(name).build();
  }

  private static DataSource file(String name) {
    return DataSource.newBuilder().setFilename(name).build();
  }
}
