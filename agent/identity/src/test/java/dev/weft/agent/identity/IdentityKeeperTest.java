/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityKeeperTest {
  private static final SpiffeId ORDERS = new SpiffeId("mesh.test", "shop", "orders");
  private static final String TOKEN = "weft1.a.secret.pin";
  private final Ca ca = new Ca();
  @TempDir Path folder;
  private @Nullable IdentityKeeper keeper;

  @AfterEach
  void stop() {
    if (keeper != null) {
      keeper.close();
    }
  }

  @Test
  void theFirstCertificateIsHadByTheTokenAndTheNextByTheCertificate() {
    ca.lifetime = Duration.ofSeconds(2);
    IdentityKeeper started = start(options(TOKEN, null));

    await().until(() -> started.status().epoch() >= 3);

    assertThat(ca.bearers.get(0)).isEqualTo(TOKEN);
    assertThat(ca.bearers.get(1)).isEmpty();
    WorkloadIdentity identity = started.current();
    assertThat(identity).isNotNull();
    assertThat(identity.id()).isEqualTo(ORDERS);
    assertThat(ca.requests).doesNotHaveDuplicates(); // a key of its own for each certificate
  }

  @Test
  void aRefusalIsToldAndTriedAgainWithTheSameKeyUntilThereIsAnAnswer() {
    ca.refusal = "TOKEN_EXPIRED: too late";
    IdentityKeeper started = start(options(TOKEN, null));

    await().until(() -> ca.requests.size() >= 2);

    assertThat(started.current()).isNull();
    assertThat(started.status().lastError()).contains("TOKEN_EXPIRED: too late");
    assertThat(TestAuthority.keyOf(ca.requests.get(1)))
        .isEqualTo(TestAuthority.keyOf(ca.requests.get(0)));

    ca.refusal = "";
    await().until(() -> started.current() != null);
    assertThat(started.status().lastError()).isEmpty();
  }

  @Test
  void aRenewalThatFailsLeavesTheIdentityAsItWas() {
    ca.lifetime = Duration.ofSeconds(4);
    IdentityKeeper started = start(options(TOKEN, null));
    await().until(() -> started.current() != null);
    WorkloadIdentity held = started.current();

    ca.refusal = "away";
    await().until(() -> !started.status().lastError().isEmpty());

    assertThat(started.current()).isSameAs(held);
    assertThat(started.status().notAfterMillis()).isPositive();
  }

  @Test
  void anIdentityThatWasKeptIsThereAtTheNextStartWithoutTheCa() throws IOException {
    IdentityKeeper first = start(options(TOKEN, folder));
    Path file = folder.resolve("shop.orders.pem");
    await().until(() -> Files.exists(file));
    await().until(() -> first.current() != null);
    first.close();
    ca.refusal = "away";

    IdentityKeeper second = start(options("", folder));

    await().until(() -> second.current() != null);
    assertThat(second.contexts().epoch()).isEqualTo(1);
    assertThat(ca.requests).hasSize(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aKeptIdentityOfAnotherWorkloadIsNotUsed() throws Exception {
    WorkloadIdentity other = ca.authority.issue("shop", "billing");
    SavedIdentity saved = new SavedIdentity(folder, ORDERS);
    saved.save(other);
    ca.refusal = "away";

    IdentityKeeper started = start(options(TOKEN, folder));

    await().until(() -> !started.status().lastError().isEmpty());
    assertThat(started.current()).isNull();
  }

  @Test
  void aCertificateForSomebodyElseIsNotTaken() {
    ca.answersFor = new SpiffeId("mesh.test", "shop", "billing");
    IdentityKeeper started = start(options(TOKEN, null));

    await().until(() -> !started.status().lastError().isEmpty());

    assertThat(started.current()).isNull();
    assertThat(started.status().lastError()).contains("expected: " + ORDERS);
  }

  @Test
  void withNothingToCheckTheServerByNothingIsSent() throws IOException {
    Path jwt = Files.writeString(folder.resolve("jwt"), "a.b.c");
    IdentityKeeper started =
        start(new IdentityOptions(ORDERS, "", null, jwt, List.of(), null, null, "spiffe://x"));

    await().until(() -> !started.status().lastError().isEmpty());

    assertThat(started.status().lastError()).contains("nothing to check the policy server by");
    assertThat(ca.requests).isEmpty();
  }

  private IdentityKeeper start(IdentityOptions options) {
    IdentityKeeper started = IdentityKeeper.start(options, ca);
    keeper = started;
    return started;
  }

  private static IdentityOptions options(String token, @Nullable Path kept) {
    return new IdentityOptions(
        ORDERS,
        token,
        null,
        null,
        List.of(),
        null,
        kept,
        "spiffe://mesh.test/ns/weft-system/sa/policy-server");
  }

  /** Answers, or says no, without a network between. */
  private static final class Ca implements CertificateClient {
    final TestAuthority authority = TestAuthority.create("mesh.test");
    final List<String> bearers = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    volatile String refusal = "";
    volatile Duration lifetime = Duration.ofHours(1);
    volatile SpiffeId answersFor = ORDERS;

    @Override
    public List<String> certificate(
        SSLSocketFactory sockets, @Nullable String bearer, String request) throws IOException {
      bearers.add(bearer == null ? "" : bearer);
      requests.add(request);
      if (!refusal.isEmpty()) {
        throw new RefusedException(refusal);
      }
      return authority.answer(request, answersFor, Instant.now().plus(lifetime));
    }
  }
}
