/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Policies at work between unchanged images. */
@NeedsDocker
class PoliciesSmokeTest {
  @Test
  void applicationsThatAreUpBeforeThereIsAServerJoinTheMesh(Mesh mesh) {
    String serverStart = mesh.server().inspect().getState().getStartedAt();

    assertThat(mesh.caller().inspect().getState().getStartedAt()).isLessThan(serverStart);
    assertThat(mesh.v1().inspect().getState().getStartedAt()).isLessThan(serverStart);
    assertThat(mesh.agent("caller"))
        .contains("\"connected\":true", "{\"name\":\"java-http-client-11\",\"state\":\"woven\"");
    mesh.policies().subsets("echo");
    mesh.policies().weights("echo", 100, 0);
    mesh.awaitOnly(Mesh.ECHO, "v1");
  }

  @Test
  void aCanaryIsShiftedFromNoneToATenthToAll(Mesh mesh) {
    mesh.policies().subsets("echo");
    mesh.policies().weights("echo", 100, 0);
    mesh.awaitOnly(Mesh.ECHO, "v1");

    mesh.policies().weights("echo", 90, 10);
    mesh.caller().await("get the canary", () -> mesh.calls(Mesh.ECHO, 20).containsKey("v2"));
    Map<String, Integer> tenth = mesh.calls(Mesh.ECHO, 500);
    mesh.policies().weights("echo", 0, 100);

    mesh.awaitOnly(Mesh.ECHO, "v2");
    assertThat(tenth.keySet()).containsExactly("v1", "v2");
    // 500 draws at 10 %: more than four standard deviations on either side.
    assertThat(tenth.get("v2")).isBetween(20, 80);
  }

  @Test
  void aFaultIsSeenByTheCallerAndEndsWithThePolicy(Mesh mesh) {
    mesh.policies().subsets("echo");
    mesh.policies()
        .virtualService(
            "echo",
            """
              - fault:
                  abort: {percentage: {value: 100}, httpStatus: 418}
                route:
                - destination: {host: echo, subset: v1}
            """);
    mesh.awaitOnly(Mesh.ECHO, "status 418");

    mesh.policies().weights("echo", 100, 0);

    mesh.awaitOnly(Mesh.ECHO, "v1");
  }
}
