/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mesh's own answers. */
class AnswersTest {
  private final ManagedChannel channel = Calls.channel();

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aReplyClosesTheCallWithItsStatusAndHeaders() {
    Reply reply =
        new Reply(
            429,
            Status.Code.RESOURCE_EXHAUSTED.value(),
            List.of(Map.entry("x-limit", "10"), Map.entry("content-type", "text/plain")),
            "slow down",
            "RL",
            0);
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.say(reply))) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);

      Status status = closing.await();
      assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(status.getDescription()).isEqualTo("slow down");
      assertThat(closing.trailers.keys()).containsExactly("x-limit");
      assertThat(mesh.reports).isEmpty();
    }
  }

  @Test
  void aCallThatWasLookedAtBeforeItsStartIsDecided() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.say(Reply.of(403, "not you", "")))) {
      ClientCall<String, String> call = channel.newCall(Methods.UNARY, Calls.patient());
      assertThat(call.getAttributes()).isEqualTo(Attributes.EMPTY);
      assertThat(call.isReady()).isFalse();
      CompletableFuture<Status> closed = new CompletableFuture<>();

      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              closed.complete(status);
            }
          },
          new Metadata());
      call.request(1);

      assertThat(closed.orTimeout(20, TimeUnit.SECONDS).join().getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(mesh.reports).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400,INTERNAL",
    "401,UNAUTHENTICATED",
    "403,PERMISSION_DENIED",
    "404,UNIMPLEMENTED",
    "429,UNAVAILABLE",
    "500,UNKNOWN",
    "502,UNAVAILABLE",
    "503,UNAVAILABLE",
    "504,UNAVAILABLE"
  })
  void aReplyWithoutAGrpcStatusIsMappedFromHttp(int httpStatus, Status.Code code) {
    try (ScriptedMesh mesh =
        new ScriptedMesh(n -> Plan.say(Reply.of(httpStatus, "fault filter abort", "FI")))) {
      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(code);
      assertThat(status.getDescription()).isEqualTo("fault filter abort");
      assertThat(mesh.reports).isEmpty();
    }
  }

  @Test
  void aDelayedReplyComesLater() {
    Reply reply = new Reply(503, -1, List.of(), "", "FI", Duration.ofMillis(300).toNanos());
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.say(reply))) {
      long start = System.nanoTime();

      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(reply.delayNanos());
      assertThat(mesh.reports).isEmpty();
    }
  }

  @Test
  void aRefusalIsTheLibrarysUnavailable() {
    try (ScriptedMesh mesh =
        new ScriptedMesh(n -> Plan.say(new Refuse("wrong peer identity", "UF")))) {
      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).isEqualTo("wrong peer identity");
      assertThat(mesh.reports).isEmpty();
    }
  }

  @Test
  void aStreamIsAnsweredToo() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.say(Reply.of(503, "", "UO")))) {
      Calls.Conversation talk = Calls.talk(channel);
      assertThat(talk.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(mesh.reports).isEmpty();
    }
  }

  @Test
  void aReplyAfterAFailedAttemptIsTheAnswer() throws InterruptedException {
    OrdersServer gone = new OrdersServer("gone");
    gone.close();
    try (ScriptedMesh mesh =
        new ScriptedMesh(n -> n == 1 ? Plan.to(gone) : Plan.say(Reply.of(504, "timeout", "UT")))
            .retrying((report, replayable) -> 0)) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);

      assertThat(closing.await().getDescription()).isEqualTo("timeout");
      assertThat(closing.trailers.keys()).isEqualTo(new Metadata().keys());
      assertThat(mesh.reports).containsExactly("1 failed CONNECT");
    }
  }
}
