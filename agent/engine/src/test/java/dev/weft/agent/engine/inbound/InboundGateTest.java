/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.RequestReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InboundGateTest {
  private static final Peer PEER = new Peer(null, null, 8080);

  private long now;
  private final FaultLog faults = new FaultLog(() -> now, (doing, fault) -> {});
  private final List<String> told = new ArrayList<>();
  private final InboundObserver observer =
      new InboundObserver() {
        @Override
        public void listening(String hook, int port, String protocol) {
          told.add("listening " + port + " " + protocol);
        }

        @Override
        public void closed(int port) {
          throw new IllegalStateException("broken");
        }

        @Override
        public void requestEnded(int status, int grpcStatus, String flag, long durationNanos) {
          told.add(status + " " + grpcStatus + " " + durationNanos);
        }
      };

  @Test
  void anOpenGateLetsInAndMeasuresOnce() {
    InboundGate gate = new InboundGate(() -> now, faults, observer, true);
    InboundCall call = begin(gate);
    now += 7;

    assertThat(call.reply()).isNull();
    call.end(200, -1);
    call.end(500, -1);

    assertThat(told).containsExactly("200 -1 7");
  }

  @Test
  void aClosedGateAnswers503UntilItIsOpened() {
    InboundGate gate = new InboundGate(() -> now, faults, observer, false);

    assertThat(Objects.requireNonNull(begin(gate).reply()).status()).isEqualTo(503);
    gate.open();
    assertThat(begin(gate).reply()).isNull();
  }

  @Test
  void whatIsServedIsToldAndFaultsAreCaught() {
    InboundGate gate = new InboundGate(() -> now, faults, observer, true);

    gate.listening("hook", 8080, "http");
    gate.closed(8080);

    assertThat(told).containsExactly("listening 8080 http");
    assertThat(faults.last()).isEqualTo("closed: java.lang.IllegalStateException: broken");
  }

  private static InboundCall begin(InboundGate gate) {
    return Objects.requireNonNull(gate.begin("", new EmptyReader(), PEER));
  }

  private static final class EmptyReader implements RequestReader<String> {
    @Override
    public @Nullable String host(String request) {
      return null;
    }

    @Override
    public int port(String request) {
      return 8080;
    }

    @Override
    public String method(String request) {
      return "GET";
    }

    @Override
    public String path(String request) {
      return "/";
    }

    @Override
    public @Nullable String header(String request, String name) {
      return null;
    }

    @Override
    public boolean isReplayable(String request) {
      return false;
    }
  }
}
