/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import static dev.weft.agent.engine.inbound.Guarded.PEER;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.RbacFilter.Action;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counts what deciding about a request that comes in allocates. */
class GuardAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CALLS = 10_000;
  private static final Incoming REQUEST = Incoming.get("/resource-499/a?b=c").with("x-user", "a");

  @Test
  void fiveHundredPoliciesAllocateNoMoreThanNone() {
    List<RbacFilter.Policy> policies = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      policies.add(policy(i));
    }
    Guarded unguarded = new Guarded();
    Guarded guarded =
        new Guarded(new RbacFilter(new RbacFilter.Rules(Action.ALLOW, policies), null));

    assertThat(guarded.status(REQUEST)).isZero();
    assertThat(bytes(guarded)).isEqualTo(bytes(unguarded));
  }

  private static RbacFilter.Policy policy(int i) {
    RbacCondition path =
        new RbacCondition.Path(new StringMatch.Prefix("/resource-" + i + "/", false));
    RbacCondition header =
        new RbacCondition.Header(
            new HeaderMatch("x-user", new StringMatch.Exact("user-" + i, false), false, false));
    RbacCondition name =
        new RbacCondition.PeerName(new StringMatch.Exact("spiffe://a/ns/b/sa/" + i, false));
    return new RbacFilter.Policy(
        "p" + i,
        List.of(i % 10 == 0 ? header : path),
        List.of(i % 3 == 0 ? name : new RbacCondition.Any()));
  }

  /** Returns the bytes of warm calls; the least of a few runs, as the JIT allocates, too. */
  private static long bytes(Guarded guarded) {
    long least = Long.MAX_VALUE;
    for (int run = 0; run < 20; run++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        if (guarded.begin(REQUEST, PEER).reply() != null) {
          throw new AssertionError("refused");
        }
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
