/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The policy server's container is killed, told to end, and replaced by an empty one. */
@NeedsDocker
class PolicyServerLossSmokeTest {
  private static final int SIGTERM_EXIT = 143;
  private static final Pattern STORE = Pattern.compile("has the store ([0-9a-f-]+), but");

  @BeforeEach
  void allToV2(Mesh mesh) {
    mesh.policies().subsets("echo");
    mesh.policies().weights("echo", 0, 100);
    mesh.awaitOnly(Mesh.ECHO, "v2");
  }

  @Test
  void killedAndStartedAgainItHasItsPoliciesAndTakesEdits(Mesh mesh) {
    mesh.server().kill();
    assertThat(mesh.calls(Mesh.ECHO, 200)).isEqualTo(Map.of("v2", 200));
    mesh.server().again();
    mesh.awaitAgents("caller", "echo");
    assertThat(mesh.calls(Mesh.ECHO, 50)).isEqualTo(Map.of("v2", 50));

    mesh.policies().weights("echo", 100, 0);

    mesh.awaitOnly(Mesh.ECHO, "v1");
  }

  @Test
  void toldToEndItLetsItsAgentsGoAndTheyComeBack(Mesh mesh) {
    assertThat(mesh.server().stop()).isEqualTo(SIGTERM_EXIT);
    assertThat(mesh.server().output()).doesNotContain("Exception");
    assertThat(mesh.calls(Mesh.ECHO, 50)).isEqualTo(Map.of("v2", 50));

    mesh.server().again();

    mesh.awaitAgents("caller", "echo");
    mesh.policies().weights("echo", 100, 0);
    mesh.awaitOnly(Mesh.ECHO, "v1");
  }

  @Test
  void anAppThatRestartsWithoutItStartsFromItsCache(Mesh mesh) {
    mesh.server().kill();
    try {
      mesh.caller().stop();
      mesh.caller().again();

      mesh.awaitOnly(Mesh.ECHO, "v2");
    } finally {
      mesh.server().again();
    }
    mesh.awaitAgents("caller", "echo");
  }

  @Test
  void replacedByAnEmptyOneItTakesNothingAwayUntilItsStoreIsAdopted(Mesh mesh) {
    Box former = mesh.server();
    mesh.replaceServer();
    try {
      mesh.caller().await("say so", () -> STORE.matcher(mesh.caller().output()).find());
      assertThat(mesh.calls(Mesh.ECHO, 100)).isEqualTo(Map.of("v2", 100));
      Matcher store = STORE.matcher(mesh.caller().output());
      assertThat(store.find()).isTrue();

      try (Box adopting = mesh.callerThatAdopts(store.group(1)).start()) {
        adopting.await(
            "send calls to both versions, as without policies",
            () ->
                Mesh.calls(adopting, Mesh.ECHO, 20)
                    .keySet()
                    .equals(Map.of("v1", 1, "v2", 1).keySet()));
      }
    } finally {
      mesh.bringBack(former);
    }
    mesh.awaitAgents("caller", "echo");
    mesh.policies().weights("echo", 100, 0);
    mesh.awaitOnly(Mesh.ECHO, "v1");
  }
}
