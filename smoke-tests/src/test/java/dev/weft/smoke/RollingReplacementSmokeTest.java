/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Releases that replace each other under load. */
@NeedsDocker
class RollingReplacementSmokeTest {
  private static final String URL = "http://rolling/version";

  @Test
  void replacingEachContainerOfV1ByOneOfV2FailsNoRequest(Mesh mesh) {
    AtomicBoolean done = new AtomicBoolean();
    try (Box v1a = mesh.echo("rolling-v1-a", "rolling", "v1").build();
        Box v1b = mesh.echo("rolling-v1-b", "rolling", "v1").build();
        Box v2a = mesh.echo("rolling-v2-a", "rolling", "v2").build();
        Box v2b = mesh.echo("rolling-v2-b", "rolling", "v2").build()) {
      mesh.policies()
          .virtualService(
              "rolling",
              """
                - route:
                  - destination: {host: rolling}
                  retries: {attempts: 3, retryOn: "connect-failure,reset,unavailable"}
              """);
      Mesh.startAll(v1a, v1b);
      mesh.awaitOnly(URL, "v1");

      CompletableFuture<Map<String, Integer>> load =
          CompletableFuture.supplyAsync(
              () -> {
                Map<String, Integer> answers = new TreeMap<>();
                while (!done.get()) {
                  mesh.calls(URL, 50)
                      .forEach((answer, n) -> answers.merge(answer, n, Integer::sum));
                }
                return answers;
              });
      Mesh.startAll(v2a);
      mesh.caller().await("use the new one", () -> mesh.calls(URL, 20).containsKey("v2"));
      v1a.stop();
      Mesh.startAll(v2b);
      v1b.stop();
      mesh.awaitOnly(URL, "v2");
      done.set(true);

      assertThat(load.join().keySet()).containsExactly("v1", "v2");
    } finally {
      done.set(true);
    }
  }
}
