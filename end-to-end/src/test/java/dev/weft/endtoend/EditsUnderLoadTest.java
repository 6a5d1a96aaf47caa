/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits while requests are under way. */
class EditsUnderLoadTest {
  private static final int EDITS = 200;
  private static final Duration PAUSE = Duration.ofMillis(20);

  @TempDir Path folder;

  @Test
  void fiftyEditsASecondFailNoRequest() throws Exception {
    Jdk jdk = Jdk.current();
    ScheduledExecutorService editor = Executors.newSingleThreadScheduledExecutor();
    try (PolicyServer server = PolicyServer.start(jdk, folder);
        App v1 = Orders.version(jdk, folder, "v1");
        App v2 = Orders.version(jdk, folder, "v2");
        App caller = Orders.caller(jdk, folder).server(server).start()) {
      Orders.declare(server, v1, v2);
      server.apply(Orders.weights(50, 50));
      Orders.awaitOnlyVersions(caller);

      AtomicInteger edits = new AtomicInteger();
      Future<?> editing =
          editor.scheduleAtFixedRate(
              () -> {
                int share = edits.getAndIncrement() % 101;
                server.apply(Orders.weights(100 - share, share));
              },
              0,
              PAUSE.toMillis(),
              TimeUnit.MILLISECONDS);
      Map<String, Integer> answers = new TreeMap<>();
      while (edits.get() < EDITS && !editing.isDone()) {
        Orders.calls(caller, 100).forEach((answer, n) -> answers.merge(answer, n, Integer::sum));
      }

      assertThat(editing.isDone()).as("every edit was taken").isFalse();
      assertThat(answers.keySet()).containsExactly("v1", "v2");
    } finally {
      editor.shutdownNow();
    }
  }
}
