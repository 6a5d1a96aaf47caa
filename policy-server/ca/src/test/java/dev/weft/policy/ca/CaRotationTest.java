/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.ca.CaRotation.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaRotationTest {
  private static final Duration DAY = Duration.ofDays(1);
  private final TestClock clock = new TestClock();
  @TempDir Path folder;
  private CertificateAuthority server;
  private CaRotation rotation;
  private X509Certificate old;

  @BeforeEach
  void makeCa() throws IOException {
    server = CertificateAuthority.openOrMake(folder.resolve("ca"), "mesh.test", DAY, clock);
    old = server.authority().certificate();
    rotation = new CaRotation(folder.resolve("ca"), DAY, clock);
  }

  @Test
  void replacesTheCaInThreeStepsThatTheServerFollows() throws Exception {
    rotation.prepare(null, "mesh.test");
    assertThat(server.roots()).hasSize(2).startsWith(old);
    assertThat(server.authority().certificate()).isEqualTo(old);

    clock.pass(DAY);
    rotation.switchOver(false);
    X509Certificate fresh = server.authority().certificate();
    assertThat(fresh).isNotEqualTo(old);
    assertThat(server.roots()).containsExactly(old, fresh);

    clock.pass(DAY);
    rotation.finish(false);
    assertThat(server.roots()).containsExactly(fresh);
    assertThat(rotation.status().step()).isEqualTo(Step.NONE);
    assertThat(folder.resolve("ca").toFile().list())
        .containsExactlyInAnyOrder("ca-key.pem", "ca-cert.pem", "root-cert.pem");
  }

  @Test
  void refusesAStepThatIsTooEarlyUnlessForced() throws Exception {
    rotation.prepare(null, "mesh.test");
    clock.pass(DAY.minusSeconds(1));

    assertThatThrownBy(() -> rotation.switchOver(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("too early")
        .hasMessageContaining(clock.instant().plusSeconds(1).toString());
    assertThat(server.authority().certificate()).isEqualTo(old);
    rotation.switchOver(true);
    assertThatThrownBy(() -> rotation.finish(false)).hasMessageContaining("too early");
    rotation.finish(true);

    assertThat(server.roots()).doesNotContain(old).hasSize(1);
  }

  @Test
  void refusesStepsInAnotherOrder() throws Exception {
    assertThatThrownBy(() -> rotation.switchOver(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the rotation is at NONE (expected now: prepare)");
    rotation.prepare(null, "mesh.test");
    assertThatThrownBy(() -> rotation.prepare(null, "mesh.test"))
        .hasMessageContaining("expected now: switch");
    assertThatThrownBy(() -> rotation.finish(true)).hasMessageContaining("expected now: switch");
  }

  @Test
  void aStepThatWasCutShortCanBeTakenAgain() throws Exception {
    Path ca = folder.resolve("ca");
    rotation.prepare(null, "mesh.test");
    List<X509Certificate> roots = server.roots();
    Files.delete(ca.resolve("rotation.properties")); // as before the end of the step

    rotation.prepare(null, "mesh.test");
    assertThat(server.roots()).isEqualTo(roots);

    Files.copy(ca.resolve("next/ca-cert.pem"), ca.resolve("ca-cert.pem.half"));
    Files.move(
        ca.resolve("ca-cert.pem.half"),
        ca.resolve("ca-cert.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(server.authority().certificate()).isEqualTo(old); // which it goes on with

    rotation.switchOver(true);
    assertThat(server.authority().certificate()).isEqualTo(roots.get(1));
  }

  @Test
  void showsWhatSignsAndWhatIsTrustedAndWhatIsNext() throws Exception {
    rotation.prepare(null, "mesh.test");

    CaRotation.Status status = rotation.status();

    assertThat(status.authority()).startsWith(old.getSubjectX500Principal().toString());
    assertThat(status.roots()).hasSize(2);
    assertThat(status.roots().get(0)).startsWith(server.pins().get(0)).endsWith(", to be dropped");
    assertThat(status.roots().get(1)).startsWith(server.pins().get(1)).doesNotContain("dropped");
    assertThat(status.step()).isEqualTo(Step.PREPARED);
    assertThat(status.nextAt()).isEqualTo(clock.instant().plus(DAY));
  }

  @Test
  void takesAnOperatorsSuccessorAndKeepsOtherRoots() throws Exception {
    Path successor = folder.resolve("successor");
    AuthorityFolder.save(successorFolder(successor), Certificates.newRoot("mesh.test", clock));
    X509Certificate friend = Certificates.newRoot("friend.test", clock).certificate();
    AuthorityFolder.saveRoots(folder.resolve("ca"), List.of(old, friend));

    rotation.prepare(successor, "mesh.test");
    rotation.switchOver(true);
    rotation.finish(true);

    assertThat(server.authority().certificate())
        .isEqualTo(AuthorityFolder.load(successor).certificate());
    assertThat(server.roots()).containsExactly(friend, server.authority().certificate());
  }

  private static Path successorFolder(Path folder) throws IOException {
    PrivateFiles.makeFolder(folder);
    return folder;
  }
}
