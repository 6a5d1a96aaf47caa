/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.ca.CertificateAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  private static final SpiffeId ORDERS = new SpiffeId("mesh.test", "shop", "orders");
  private static final Duration DAY = Duration.ofDays(1);
  private final TestClock clock = new TestClock();
  @TempDir Path folder;

  @Test
  void aCertificateIsForTheIdentityAndNothingElse() throws Exception {
    CertificateAuthority authority = made(folder);
    KeyPair keys = Certificates.keyPair();

    Issued issued = issue(authority, Requests.of(keys, ORDERS.toString()));

    X509Certificate certificate = issued.chain().get(0);
    certificate.verify(authority.roots().get(0).getPublicKey());
    assertThat(SpiffeId.of(certificate)).isEqualTo(ORDERS);
    assertThat(certificate.getSubjectAlternativeNames()).hasSize(1);
    assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(certificate.getNotAfter().toInstant()).isEqualTo(clock.instant().plus(DAY));
    assertThat(certificate.getNotBefore().toInstant())
        .isBefore(clock.instant().minus(Duration.ofMinutes(10)));
    assertThat(issued.pem()).hasSize(2);
  }

  @Test
  void aShorterLifeMayBeAskedForAndALongerOneIsNotHad() throws Exception {
    CertificateAuthority authority = made(folder);
    String request = Requests.of(Certificates.keyPair());

    assertThat(lifetime(authority, request, Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
    assertThat(lifetime(authority, request, Duration.ofDays(90))).isEqualTo(DAY);
    assertThat(lifetime(authority, request, Duration.ZERO)).isEqualTo(DAY);
  }

  @Test
  void itsKeyIsForItsUserOnlyAndIsTheSameAfterARestart() throws Exception {
    List<String> pins = made(folder).pins();

    assertThat(made(folder).pins()).isEqualTo(pins).hasSize(1);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("ca/ca-key.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aRequestForAnotherIdentityIsRefused() throws Exception {
    CertificateAuthority authority = made(folder);
    String request = Requests.of(Certificates.keyPair(), "spiffe://mesh.test/ns/shop/sa/billing");

    assertThatThrownBy(() -> issue(authority, request))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.Reason.OTHER_IDENTITY))
        .hasMessageContaining(ORDERS.toString());
  }

  @Test
  void aRequestThatIsNotSignedWithItsKeyIsRefused() {
    String request = Requests.signed(Certificates.keyPair(), Certificates.keyPair());

    assertRefused(request, Refusal.Reason.REQUEST_INVALID);
  }

  @Test
  void whatIsNoRequestIsRefused() {
    assertRefused("", Refusal.Reason.REQUEST_INVALID);
    assertRefused("x".repeat(20_000), Refusal.Reason.REQUEST_INVALID);
    assertRefused(
        "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
        Refusal.Reason.REQUEST_INVALID);
    assertRefused(
        Requests.of(Certificates.keyPair(), ORDERS.toString(), "spiffe://mesh.test/ns/a/sa/b"),
        Refusal.Reason.REQUEST_INVALID);
  }

  @Test
  void aWeakKeyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);

    assertRefused(Requests.of(generator.generateKeyPair()), Refusal.Reason.KEY_UNSUITED);
  }

  @Test
  void anIntermediateCaShowsWhatStandsBetweenItAndTheRoot() throws Exception {
    Authority root = Certificates.newRoot("mesh.test", clock);
    Path files = intermediateUnder(root);

    CertificateAuthority authority = CertificateAuthority.of(files, "mesh.test", DAY, clock);
    Issued issued = issue(authority, Requests.of(Certificates.keyPair()));

    assertThat(issued.chain()).hasSize(2);
    issued.chain().get(0).verify(issued.chain().get(1).getPublicKey());
    issued.chain().get(1).verify(root.certificate().getPublicKey());
    assertThat(authority.pins()).isEqualTo(root.pins());
  }

  @Test
  void aKeyThatIsNotTheCertificatesIsRefused() throws Exception {
    made(folder);
    Files.writeString(
        folder.resolve("ca/ca-key.pem"), Pem.key(Certificates.keyPair().getPrivate()));

    assertThatThrownBy(() -> made(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the private key is not the certificate's");
  }

  @Test
  void aCaIsReplacedWithoutARestartWithBothTrustedMeanwhile() throws Exception {
    CertificateAuthority authority = made(folder);
    X509Certificate old = authority.roots().get(0);
    Authority next = Certificates.newRoot("mesh.test", clock);

    write("root-cert.pem", Pem.certificates(List.of(old, next.certificate())));

    assertThat(authority.roots()).containsExactly(old, next.certificate());
    issue(authority, Requests.of(Certificates.keyPair())).chain().get(0).verify(old.getPublicKey());

    write("ca-key.pem", Pem.key(next.key()));
    write("ca-cert.pem", Pem.certificates(List.of(next.certificate())));

    issue(authority, Requests.of(Certificates.keyPair()))
        .chain()
        .get(0)
        .verify(next.certificate().getPublicKey());
    assertThat(authority.pins()).hasSize(2).startsWith(next.pins().get(0));
  }

  @Test
  void aChangeThatCannotBeUsedLeavesTheCaAsItWas() throws Exception {
    CertificateAuthority authority = made(folder);
    List<String> pins = authority.pins();

    write("ca-key.pem", "nonsense");

    assertThat(authority.pins()).isEqualTo(pins);
    assertThat(issue(authority, Requests.of(Certificates.keyPair())).chain()).hasSize(1);
  }

  private CertificateAuthority made(Path where) throws IOException {
    return CertificateAuthority.openOrMake(where.resolve("ca"), "mesh.test", DAY, clock);
  }

  /** Writes a file with a time of its own, however coarse the file system's clock is. */
  private void write(String file, String text) throws IOException {
    Path path = folder.resolve("ca").resolve(file);
    FileTime before = Files.getLastModifiedTime(path);
    Files.writeString(path, text);
    Files.setLastModifiedTime(path, FileTime.fromMillis(before.toMillis() + 2000));
  }

  private Path intermediateUnder(Authority root) throws Exception {
    Path files = Files.createDirectory(folder.resolve("kept"));
    Authority intermediate = TestIntermediate.under(root, clock.instant());
    Files.writeString(files.resolve("ca-key.pem"), Pem.key(intermediate.key()));
    Files.writeString(
        files.resolve("ca-cert.pem"), Pem.certificates(List.of(intermediate.certificate())));
    List<X509Certificate> chain =
        new ArrayList<>(List.of(intermediate.certificate(), root.certificate()));
    Files.writeString(files.resolve("cert-chain.pem"), Pem.certificates(chain));
    Files.writeString(files.resolve("root-cert.pem"), Pem.certificates(root.roots()));
    return files;
  }

  private static Issued issue(CertificateAuthority authority, String request) throws Exception {
    return authority.issue(CertificateAuthority.read(request), ORDERS, Duration.ZERO);
  }

  private Duration lifetime(CertificateAuthority authority, String request, Duration wanted)
      throws Exception {
    X509Certificate certificate =
        authority.issue(CertificateAuthority.read(request), ORDERS, wanted).chain().get(0);
    return Duration.between(clock.instant(), certificate.getNotAfter().toInstant());
  }

  private static void assertRefused(String request, Refusal.Reason reason) {
    assertThatThrownBy(() -> CertificateAuthority.read(request))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }
}
