/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.RefusedConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InboundGateTest {
  private static final Peer PEER = new Peer(null, null, null, 8080, null);

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
        public void shut(String hook, int port, boolean isShut) {
          told.add(hook + " " + port + (isShut ? " is shut" : " is no longer shut"));
        }

        @Override
        public void closed(int port) {
          throw new IllegalStateException("broken");
        }

        @Override
        public void connectionRefused(RefusedConnection connection) {
          told.add("refused " + connection.reason() + " at " + connection.port());
          throw new IllegalStateException("broken");
        }

        @Override
        public void policyMatched(PolicyMatch match) {
          told.add(match.effect() + " " + match.policy());
        }

        @Override
        public void requestEnded(
            int status,
            int grpcStatus,
            String flag,
            long durationNanos,
            @Nullable String principal) {
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

  @Test
  void refusedConnectionIsTold() {
    InboundGate gate = gate(true);
    gate.apply(
        new InboundConfig(
            false,
            List.of(new InboundConfig.Chain(0, MutualTls.STRICT, "of the namespace", List.of()))));

    gate.refused(new RefusedConnection(8080, null, RefusedConnection.Reason.HANDSHAKE, ""));
    gate.refused(new RefusedConnection(8080, null, RefusedConnection.Reason.PLAINTEXT, ""));

    assertThat(told)
        .containsExactly(
            "refused HANDSHAKE at 8080", "DENIED of the namespace", "refused PLAINTEXT at 8080");
    assertThat(faults.count()).isEqualTo(2);
  }

  @Test
  void portThatStrictShutsIsToldAndItsRepliesSayWhatToDo() {
    InboundGate gate = gate(true);
    gate.listening("early", 8080, "https", false);
    gate.apply(mode(MutualTls.STRICT));
    gate.listening("late", 8081, "https", false);
    gate.listening("able", 8082, "http", true);

    assertThat(body(gate, 8080)).contains("port 8080").contains("portLevelMtls DISABLE");
    assertThat(body(gate, 8082)).isEqualTo("mutual TLS is required");
    gate.apply(mode(MutualTls.DISABLE));
    assertThat(begin(gate).reply()).isNull();

    assertThat(told)
        .containsSubsequence("early 8080 is shut", "late 8081 is shut")
        .contains("early 8080 is no longer shut", "late 8081 is no longer shut")
        .doesNotContain("able 8082 is shut");
  }

  @Test
  void faultOfAnAdapterRefusesWhereThePortIsGuarded() {
    InboundGate gate = gate(true);
    LinkageError fault = new NoSuchMethodError("gone");

    assertThat(gate.failed("hook", 8080, fault)).isFalse();
    gate.apply(
        new InboundConfig(
            false,
            List.of(
                Guarded.chain(0, MutualTls.PERMISSIVE), Guarded.chain(8080, MutualTls.STRICT))));

    assertThat(gate.failed("hook", 8080, fault)).isTrue();
    assertThat(gate.failed("hook", 9090, fault)).isFalse();
    assertThat(gate.failed("hook", 0, fault)).as("whichever port it was").isTrue();
    assertThat(faults.count()).isEqualTo(4);
    assertThat(faults.last()).isEqualTo("hook: java.lang.NoSuchMethodError: gone");
    assertThat(told).containsExactly("DENIED failure", "DENIED failure");
  }

  @Test
  void faultOfAnAdapterRefusesBeforeThereIsAConfiguration() {
    assertThat(gate(false).failed("hook", 8080, new NoSuchMethodError("gone"))).isTrue();
  }

  private static InboundConfig mode(MutualTls mode) {
    return new InboundConfig(false, List.of(Guarded.chain(0, mode)));
  }

  private static String body(InboundGate gate, int port) {
    Peer plaintext = new Peer(null, null, null, port, null);
    InboundCall call =
        Objects.requireNonNull(gate.begin(Incoming.get("/"), Incoming.Reader.INSTANCE, plaintext));
    return Objects.requireNonNull(call.reply()).body();
  }

  private InboundGate gate(boolean startsOpen) {
    return new InboundGate(() -> now, faults, observer, TokenVerifier.Factory.NONE, startsOpen);
  }

  private static InboundCall begin(InboundGate gate) {
    return Objects.requireNonNull(gate.begin(Incoming.get("/"), Incoming.Reader.INSTANCE, PEER));
  }
}
