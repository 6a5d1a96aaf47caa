/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InboundGateTest {
  private static final Peer PEER = new Peer(null, null, 8080);

  private long now;
  private final FaultLog faults = new FaultLog(() -> now, (doing, fault) -> {});
  private final List<String> told = new ArrayList<>();
  private final InboundObserver observer =
      new InboundObserver() {
        @Override
        public void listening(String hook, int port, String protocol, boolean takesTls) {
          told.add("listening " + port + " " + protocol);
        }

        @Override
        public void closed(int port) {
          throw new IllegalStateException("broken");
        }

        @Override
        public void policyMatched(PolicyMatch match) {
          told.add(match.effect() + " " + match.policy());
        }

        @Override
        public void requestEnded(int status, int grpcStatus, String flag, long durationNanos) {
          told.add(status + " " + grpcStatus + " " + durationNanos);
        }
      };

  @Test
  void anOpenGateLetsInAndMeasuresOnce() {
    InboundGate gate = gate(true);
    InboundCall call = begin(gate);
    now += 7;

    assertThat(call.reply()).isNull();
    call.end(200, -1);
    call.end(500, -1);

    assertThat(told).containsExactly("200 -1 7");
  }

  @Test
  void aClosedGateAnswers503UntilItIsOpened() {
    InboundGate gate = gate(false);

    assertThat(Objects.requireNonNull(begin(gate).reply()).status()).isEqualTo(503);
    gate.open();
    assertThat(begin(gate).reply()).isNull();
  }

  @Test
  void whatIsServedIsToldAndFaultsAreCaught() {
    InboundGate gate = gate(true);

    gate.listening("hook", 8080, "http", true);
    gate.closed(8080);

    assertThat(told).containsExactly("listening 8080 http");
    assertThat(faults.last()).isEqualTo("closed: java.lang.IllegalStateException: broken");
  }

  private InboundGate gate(boolean startsOpen) {
    return new InboundGate(() -> now, faults, observer, TokenVerifier.Factory.NONE, startsOpen);
  }

  private static InboundCall begin(InboundGate gate) {
    return Objects.requireNonNull(gate.begin(Incoming.get("/"), Incoming.Reader.INSTANCE, PEER));
  }
}
