/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokensTest {
  private static final PublicKey KEY = Certificates.keyPair().getPublic();
  private static final PublicKey OTHER_KEY = Certificates.keyPair().getPublic();
  private final TestClock clock = new TestClock();
  @TempDir Path folder;
  private JoinTokens tokens;

  @BeforeEach
  void open() throws IOException {
    tokens = JoinTokens.open(folder.resolve("ca"), clock);
  }

  @Test
  void aTokenSaysWhoJoinsAndWhichCaToExpect() throws Exception {
    JoinTokens.Created created = create(true);

    assertThat(created.text()).startsWith("weft1." + created.token().id() + ".").endsWith(".pin-a");
    JoinToken redeemed = tokens.redeem(created.text(), KEY);
    assertThat(redeemed.namespace()).isEqualTo("shop");
    assertThat(redeemed.serviceAccount()).isEqualTo("orders");
  }

  @Test
  void aOneTimeTokenIsGoodOnceAndForTheSameKeyAWhileLonger() throws Exception {
    String token = create(false).text();

    tokens.redeem(token, KEY);
    tokens.redeem(token, KEY); // no answer had come

    assertRefused(() -> tokens.redeem(token, OTHER_KEY), Refusal.Reason.TOKEN_USED);
    clock.pass(JoinTokens.SECOND_CHANCE);
    assertRefused(() -> tokens.redeem(token, KEY), Refusal.Reason.TOKEN_USED);
  }

  @Test
  void aReusableTokenIsGoodForManyUntilItExpires() throws Exception {
    String token = create(true).text();

    tokens.redeem(token, KEY);
    tokens.redeem(token, OTHER_KEY);
    clock.pass(Duration.ofHours(1));

    assertRefused(() -> tokens.redeem(token, KEY), Refusal.Reason.TOKEN_EXPIRED);
  }

  @Test
  void aRevokedTokenIsGoodNoMore() throws Exception {
    JoinTokens.Created created = create(true);

    assertThat(tokens.revoke(created.token().id())).isNotNull();

    assertRefused(() -> tokens.redeem(created.text(), KEY), Refusal.Reason.TOKEN_REVOKED);
    assertThat(tokens.revoke("nobody's")).isNull();
  }

  @Test
  void aWrongSecretIsAsGoodAsNoToken() throws Exception {
    String id = create(true).token().id();

    assertRefused(
        () -> tokens.redeem("weft1." + id + ".guess.pin-a", KEY), Refusal.Reason.TOKEN_UNKNOWN);
    assertRefused(() -> tokens.redeem("weft1.x.y.z", KEY), Refusal.Reason.TOKEN_UNKNOWN);
    assertRefused(() -> tokens.redeem("weft1.", KEY), Refusal.Reason.TOKEN_UNKNOWN);
  }

  @Test
  void tokensAndTheirUseOutliveARestartAndSecretsAreNotWritten() throws Exception {
    JoinTokens.Created once = create(false);
    JoinTokens.Created revoked = create(true);
    tokens.redeem(once.text(), KEY);
    tokens.revoke(revoked.token().id());

    JoinTokens again = JoinTokens.open(folder.resolve("ca"), clock);

    assertThat(again.list()).isEqualTo(tokens.list());
    assertRefused(() -> again.redeem(once.text(), OTHER_KEY), Refusal.Reason.TOKEN_USED);
    assertRefused(() -> again.redeem(revoked.text(), KEY), Refusal.Reason.TOKEN_REVOKED);
    assertThat(Files.readString(folder.resolve("ca/join-tokens.json")))
        .doesNotContain(once.text().split("\\.")[2]);
  }

  @Test
  void whatEndedLongAgoIsForgotten() throws Exception {
    create(true);
    clock.pass(Duration.ofHours(2).plus(JoinTokens.REMEMBERED));

    JoinToken fresh = create(true).token();

    assertThat(tokens.list()).containsExactly(fresh);
  }

  private JoinTokens.Created create(boolean reusable) throws IOException {
    return tokens.create("shop", "orders", reusable, Duration.ofHours(1), List.of("pin-a"));
  }

  private static void assertRefused(ThrowingCallable attempt, Refusal.Reason reason) {
    assertThatThrownBy(attempt)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }
}
