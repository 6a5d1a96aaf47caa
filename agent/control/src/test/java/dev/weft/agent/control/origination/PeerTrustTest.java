/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName;
import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName.Kind;
import dev.weft.agent.identity.TestAuthority;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PeerTrustTest {
  private static final TestAuthority CA = TestAuthority.create("outside.test");
  private static final Duration HOUR = Duration.ofHours(1);

  static Stream<Arguments> accepted() {
    return Stream.of(
        argumentSet("its name", dns("api.test"), new String[] {"other.test", "API.test"}),
        argumentSet("a wildcard", dns("api.west.test"), new String[] {"*.west.test"}),
        argumentSet("the wildcard itself", dns("*.west.test"), new String[] {"*.west.test"}),
        argumentSet(
            "a URI",
            new PeerName(Kind.URI, "spiffe://there/api"),
            new String[] {"spiffe://there/api"}),
        argumentSet("an address", new PeerName(Kind.IP, "10.1.2.3"), new String[] {"10.1.2.3"}));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void certificateWithAnExpectedNameIsAccepted(PeerName expected, String... names) {
    assertThatCode(() -> check(CA, HOUR, expected, names)).doesNotThrowAnyException();
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        argumentSet("another name", dns("api.test"), new String[] {"apix.test"}),
        argumentSet("a URI for a name", dns("api.test"), new String[] {"https://api.test"}),
        argumentSet("a wildcard for more", dns("a.b.west.test"), new String[] {"*.west.test"}),
        argumentSet("a wildcard for less", dns("west.test"), new String[] {"*.west.test"}),
        argumentSet("a wildcard for all", dns("api.test"), new String[] {"*.test"}),
        argumentSet("a part of a label", dns("api.west.test"), new String[] {"a*.west.test"}),
        argumentSet("a name for a URI", dns("there"), new String[] {"spiffe://there"}),
        argumentSet("another URI", new PeerName(Kind.URI, "a://b/c"), new String[] {"a://b/C"}),
        argumentSet(
            "another address", new PeerName(Kind.IP, "10.1.2.3"), new String[] {"10.1.2.4"}));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void certificateWithoutAnExpectedNameIsRefused(PeerName expected, String... names) {
    assertThatThrownBy(() -> check(CA, HOUR, expected, names))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("expected: one of [" + expected.text() + "]")
        .hasMessageContaining(Arrays.toString(names));
  }

  @Test
  void certificateOfAnotherAuthorityIsRefused() {
    TestAuthority other = TestAuthority.create("other.test");

    assertThatThrownBy(() -> check(other, HOUR, dns("api.test"), "api.test"))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void certificateThatEndedIsRefused() {
    assertThatThrownBy(() -> check(CA, Duration.ofMinutes(-1), dns("api.test"), "api.test"))
        .isInstanceOf(CertificateException.class)
        .hasStackTraceContaining("NotAfter");
  }

  @Test
  void anybodyIsAcceptedWhereNothingIsToBeChecked() {
    X509Certificate certificate = TestAuthority.create("other.test").certificate();

    assertThatCode(
            () ->
                new PeerTrust(null, List.of())
                    .checkServerTrusted(new X509Certificate[] {certificate}, "ECDHE_ECDSA"))
        .doesNotThrowAnyException();
  }

  private static void check(
      TestAuthority authority, Duration left, PeerName expected, String... names)
      throws GeneralSecurityException, IOException {
    X509Certificate certificate =
        authority.certificate(
            TestAuthority.keyPair().getPublic(),
            Instant.now().minus(HOUR),
            Instant.now().plus(left),
            names);
    new PeerTrust(OriginContexts.trusting(List.of(CA.certificate())), List.of(expected))
        .checkServerTrusted(new X509Certificate[] {certificate}, "ECDHE_ECDSA");
  }

  private static PeerName dns(String name) {
    return new PeerName(Kind.DNS, name);
  }
}
