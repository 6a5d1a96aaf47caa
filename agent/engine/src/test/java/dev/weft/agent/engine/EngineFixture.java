/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Reply;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** An engine with a clock that stands still and chance from a seed. */
final class EngineFixture {
  final FakeClock clock = new FakeClock();
  final FaultLog faults = new FaultLog(clock, (doing, fault) -> {});
  final RecordingObserver observer = new RecordingObserver();
  final Engine engine;

  EngineFixture(Mesh mesh) {
    this(mesh.build());
  }

  EngineFixture(MeshConfig config) {
    Random random = new Random(42);
    engine = Engine.create(clock, faults, observer, () -> random);
    engine.apply(config);
  }

  @Nullable Call begin(StubRequest request) {
    Call call = engine.begin(request, StubRequest.Reader.INSTANCE);
    assertThat(faults.last()).isNull();
    return call;
  }

  Call call(StubRequest request) {
    Call call = begin(request);
    return call == null ? fail("unmanaged: " + request) : call;
  }

  Attempt attempt(StubRequest request) {
    return nextAttempt(call(request));
  }

  static Attempt nextAttempt(Call call) {
    return call.next() instanceof Attempt attempt ? attempt : fail("no attempt");
  }

  static Reply nextReply(Call call) {
    return call.next() instanceof Reply reply ? reply : fail("no reply");
  }

  /** Carries out a call that gets a status and returns the endpoint's address. */
  String send(StubRequest request, int status) {
    Attempt attempt = attempt(request);
    assertThat(respond(attempt, status)).isEqualTo(Attempt.DELIVER);
    attempt.end(Ending.COMPLETE);
    return addressOf(attempt);
  }

  static long respond(Attempt attempt, int status) {
    return attempt.headers(status, -1, Map.<String, String>of(), Map::get);
  }

  static String addressOf(Attempt attempt) {
    InetSocketAddress address = attempt.address();
    return address == null ? "none" : address.getAddress().getHostAddress();
  }

  Cluster cluster(String name) {
    Snapshot snapshot = engine.current();
    Cluster cluster = snapshot == null ? null : snapshot.clusters().get(name);
    return cluster == null ? fail("no cluster " + name) : cluster;
  }
}
