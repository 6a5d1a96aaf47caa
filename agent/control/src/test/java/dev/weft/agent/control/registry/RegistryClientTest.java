/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import dev.weft.agent.control.LogRecorder;
import dev.weft.agent.control.channel.BidiTransport;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.registry.Report.ConfigOrigin;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.seam.Hooks;
import dev.weft.protocol.lite.registry.v1.AgentReport;
import dev.weft.protocol.lite.registry.v1.AnnounceRequest;
import dev.weft.protocol.lite.registry.v1.AnnounceResponse;
import dev.weft.protocol.lite.registry.v1.ConfigSource;
import dev.weft.protocol.lite.registry.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
  private static final ServedPort HTTP = new ServedPort(80, 8080, "http", true, "tomcat");
  private final FakeLoop loop = new FakeLoop();
  private final FakeTransport transport = new FakeTransport();
  private Report report = report("v1", List.of());
  private final RegistryClient client =
      new RegistryClient(
          loop,
          transport,
          new NodeIdentity(
              "orders",
              "shop",
              "orders-1",
              List.of("10.0.0.1"),
              Map.of("version", "v1"),
              "orders-account",
              "eu/a",
              "0.1.0"),
          3,
          () -> report);

  @Test
  void saysAtOnceWhoItIsAndHowItIsEvenIfItServesNothing() {
    client.start();

    assertThat(transport.sent).hasSize(1);
    Workload workload = transport.sent.get(0).getWorkload();
    assertThat(workload.getNodeId())
        .isEqualTo("sidecar~10.0.0.1~orders-1.shop~shop.svc.cluster.local");
    assertThat(workload.getService()).isEqualTo("orders");
    assertThat(workload.getLabelsMap()).containsEntry("version", "v1");
    assertThat(workload.getWeight()).isEqualTo(3);
    assertThat(workload.getPortsList()).isEmpty();
    AgentReport sent = transport.sent.get(0).getReport();
    assertThat(sent.getConfigVersion()).isEqualTo("v1");
    assertThat(sent.getConfigSource()).isEqualTo(ConfigSource.CONFIG_SOURCE_STREAM);
    assertThat(sent.getPid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(sent.getStartedAtMillis()).isPositive();
  }

  @Test
  void announcesPortsThatOpenWithinAHundredMilliseconds() {
    client.start();

    client.serve(List.of(HTTP));
    client.serve(List.of(HTTP, new ServedPort(9090, 9090, "grpc", false, "grpc-netty")));
    loop.advance(Duration.ofMillis(100));

    assertThat(transport.sent).hasSize(2);
    assertThat(transport.sent.get(1).getWorkload().getPortsList()).hasSize(2);
    assertThat(transport.sent.get(1).hasReport()).isFalse();
  }

  @Test
  void portsThatWereThereBeforeAreInTheFirstMessage() {
    client.serve(List.of(HTTP));

    client.start();

    assertThat(transport.sent.get(0).getWorkload().getPorts(0).getTargetPort()).isEqualTo(8080);
  }

  @Test
  void takesBackPortsThatClose() {
    client.serve(List.of(HTTP));
    client.start();

    client.serve(List.of());
    loop.advance(Duration.ofMillis(100));

    assertThat(transport.sent.get(1).hasWorkload()).isTrue();
    assertThat(transport.sent.get(1).getWorkload().getPortsList()).isEmpty();
  }

  @Test
  void reportsEveryTenSeconds() {
    client.start();

    loop.advance(Duration.ofSeconds(31));

    assertThat(transport.sent).hasSize(4);
    assertThat(transport.sent.get(3).hasReport()).isTrue();
    assertThat(transport.sent.get(3).hasWorkload()).isFalse();
  }

  @Test
  void reportsAChangeAtOnceAndNothingIfThereIsNone() {
    client.start();
    client.reportChanged();
    loop.advance(Duration.ofSeconds(1));
    assertThat(transport.sent).hasSize(1);

    report = report("v2", List.of());
    client.reportChanged();
    loop.advance(Duration.ofMillis(100));

    assertThat(transport.sent.get(1).getReport().getConfigVersion()).isEqualTo("v2");
  }

  @Test
  void reportsProblemsAndHooks() {
    Hooks.failed("registry-test-hook", "no such method");
    report =
        report(
            "v1",
            List.of(
                new ResourceProblem(
                    "type", "a", ResourceProblem.State.KEPT_LAST_GOOD, "lb_policy: 9")));

    client.start();

    AgentReport sent = transport.sent.get(0).getReport();
    assertThat(sent.getResources(0).getState()).isEqualTo("kept-last-good");
    assertThat(sent.getResources(0).getReason()).isEqualTo("lb_policy: 9");
    assertThat(sent.getHooksList())
        .anySatisfy(
            hook -> {
              assertThat(hook.getName()).isEqualTo("registry-test-hook");
              assertThat(hook.getState()).isEqualTo("failed");
              assertThat(hook.getDetail()).isEqualTo("no such method");
            });
  }

  @Test
  void announcesAnewWhenTheStreamComesBack() {
    client.serve(List.of(HTTP));
    client.start();

    transport.observer().closed("restart");
    loop.advance(Duration.ofMillis(500));

    assertThat(transport.streams).hasSize(2);
    assertThat(transport.sent).hasSize(2);
    assertThat(transport.sent.get(1).getWorkload().getPortsList()).hasSize(1);
    loop.advance(Duration.ofSeconds(10));
    assertThat(transport.sent).hasSize(3);
  }

  @Test
  void sendsNothingAfterItHasStopped() {
    client.start();
    transport.observer().connected();

    client.stop();
    client.serve(List.of(HTTP));
    loop.advance(Duration.ofMinutes(1));

    assertThat(transport.sent).hasSize(1);
    assertThat(transport.finished).isEqualTo(1);
    assertThat(loop.timers()).isZero();
  }

  @Test
  void logsWhatTheServerDoesNotTake() {
    try (LogRecorder log = new LogRecorder(RegistryClient.class)) {
      client.start();

      AnnounceResponse refusal =
          AnnounceResponse.newBuilder().addProblems("service: A_B (expected: a DNS label)").build();
      transport.observer().received(refusal);
      transport.observer().received(refusal);

      assertThat(log.messages(Level.WARNING)).singleElement().asString().contains("A_B");
    }
  }

  private static Report report(String version, List<ResourceProblem> problems) {
    return new Report(version, ConfigOrigin.STREAM, problems, "", 0, "", Map.of(), null);
  }

  private static final class FakeTransport
      implements BidiTransport<AnnounceRequest, AnnounceResponse> {
    final List<Observer<AnnounceResponse>> streams = new ArrayList<>();
    final List<AnnounceRequest> sent = new ArrayList<>();
    int finished;

    @Override
    public Exchange<AnnounceRequest> open(Observer<AnnounceResponse> observer) {
      streams.add(observer);
      return new Exchange<>() {
        @Override
        public void send(AnnounceRequest message) {
          sent.add(message);
        }

        @Override
        public void requestNext() {}

        @Override
        public void finish() {
          finished++;
        }

        @Override
        public void cancel(String reason) {}
      };
    }

    Observer<AnnounceResponse> observer() {
      return streams.get(streams.size() - 1);
    }
  }
}
