/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Reply;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls from many threads at once, of which some fail, wait, are answered or are cancelled. */
class ManyCallsTest {
  private static final int THREADS = 8;
  private static final int CALLS = 150;

  private final OrdersServer good = new OrdersServer("good");
  private final OrdersServer bad = new OrdersServer("bad").answering(n -> Status.UNAVAILABLE);
  private final OrdersServer gone = new OrdersServer("gone");
  private final ManagedChannel channel = Calls.channel();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    channel.shutdownNow();
    good.close();
    bad.close();
    gone.close();
  }

  @Test
  void everyCallEndsOnceAndEveryAttemptIsCountedOut() throws Exception {
    gone.close();
    try (ScriptedMesh mesh =
        new ScriptedMesh(this::plan)
            .retrying(
                (report, replayable) ->
                    report.endsWith("/14") || report.endsWith("CONNECT")
                        ? 1_000_000
                        : Attempt.DELIVER)) {
      List<Future<Integer>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        workers.add(threads.submit(this::work));
      }
      int ended = 0;
      for (Future<Integer> worker : workers) {
        ended += worker.get(60, TimeUnit.SECONDS);
      }

      assertThat(ended).isEqualTo(THREADS * CALLS);
      assertThat(mesh.active).hasValue(0);
      assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Plan plan(int number) {
    return switch (number % 10) {
      case 0 -> Plan.to(gone);
      case 1, 2 -> Plan.to(bad);
      case 3 -> Plan.say(Reply.of(404, "", "NR"));
      case 4 -> Plan.to(good).delay(Duration.ofMillis(2));
      default -> Plan.to(good);
    };
  }

  private int work() {
    int ended = 0;
    for (int i = 0; i < CALLS; i++) {
      Calls.Closing closing = Calls.start(channel, Calls.patient());
      if (i % 7 == 0) {
        closing.call.cancel("not needed", null);
      }
      Status status = closing.await();
      assertThat(status.getCode())
          .isIn(Status.Code.OK, Status.Code.UNIMPLEMENTED, Status.Code.CANCELLED);
      ended++;
    }
    return ended;
  }
}
