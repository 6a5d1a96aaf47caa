/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Streams, which are balanced as calls are: once, at their start. */
class StreamingTest {
  private final OrdersServer v1 = new OrdersServer("v1");
  private final OrdersServer v2 = new OrdersServer("v2");
  private final ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(n % 2 == 0 ? v2 : v1));
  private final ManagedChannel channel = Calls.channel();

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    mesh.close();
    v1.close();
    v2.close();
    assertThat(mesh.active).hasValue(0);
  }

  @Test
  void messagesGoBothWaysInOrder() throws InterruptedException {
    Calls.Conversation first = Calls.talk(channel);
    Calls.Conversation second = Calls.talk(channel);
    for (int i = 0; i < 100; i++) {
      first.requests.onNext("a" + i);
      second.requests.onNext("b" + i);
    }
    first.requests.onCompleted();
    second.requests.onCompleted();

    assertThat(first.await().isOk()).isTrue();
    assertThat(second.await().isOk()).isTrue();
    assertThat(first.received(100)).hasSize(100).startsWith("v1:a0", "v1:a1").endsWith("v1:a99");
    assertThat(second.received(100)).hasSize(100).startsWith("v2:b0").endsWith("v2:b99");
    assertThat(mesh.reports)
        .containsExactlyInAnyOrder(
            "1 headers 200/-1", "1 end COMPLETE/0", "2 headers 200/-1", "2 end COMPLETE/0");
  }

  @Test
  void answersComeWhileTheApplicationStillSends() throws InterruptedException {
    Calls.Conversation talk = Calls.talk(channel);

    talk.requests.onNext("a");
    assertThat(talk.received(1)).containsExactly("v1:a");
    talk.requests.onNext("b");
    assertThat(talk.received(2)).containsExactly("v1:a", "v1:b");
    talk.requests.onCompleted();

    assertThat(talk.await().isOk()).isTrue();
  }

  @Test
  void manySmallMessagesArriveInOrder() {
    Calls.Conversation collecting = Calls.collect(channel);
    StringBuilder expected = new StringBuilder("v1:");
    for (int i = 0; i < 1000; i++) {
      expected.append(i == 0 ? "" : "+").append(i);
      collecting.requests.onNext(String.valueOf(i));
    }
    collecting.requests.onCompleted();

    assertThat(collecting.await().isOk()).isTrue();
    assertThat(collecting.received).containsExactly(expected.toString());
  }

  @Test
  void theServersStreamArrivesInOrder() {
    assertThat(Calls.list(channel, "a,b,c")).containsExactly("v1:a", "v1:b", "v1:c");
    assertThat(mesh.reports).containsExactly("1 headers 200/-1", "1 end COMPLETE/0");
  }

  @Test
  void aStreamThatTheApplicationCancelsEndsOnBothSides() throws InterruptedException {
    Calls.Conversation talk = Calls.talk(channel);
    talk.requests.onNext("a");
    talk.received(1);

    ((ClientCallStreamObserver<String>) talk.requests).cancel("enough", null);

    assertThat(talk.await().getCode()).isEqualTo(Status.Code.CANCELLED);
    Awaitility.await().until(() -> v1.cancelled.get() == 1);
    assertThat(mesh.reports).containsExactly("1 headers 200/-1", "1 end CANCELLED/1");
  }

  @Test
  void aStreamWhoseServerDiesEndsBroken() throws InterruptedException {
    Calls.Conversation talk = Calls.talk(channel);
    talk.requests.onNext("a");
    talk.received(1);

    v1.close();

    assertThat(talk.await().isOk()).isFalse();
    assertThat(mesh.reports.get(0)).isEqualTo("1 headers 200/-1");
    assertThat(mesh.reports.get(1)).startsWith("1 end BROKEN/");
  }
}
