/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.EndpointState;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sizes of consistent hashing's tables. */
class HashTableSizeTest {
  private static final double[] EVEN = {0.5, 0.5};

  @Test
  void aRingHasEnvoysSizeUnlessAnotherIsAskedFor() {
    assertThat(new Ring(two(), EVEN, 0).steps()).isEqualTo(1024);
    assertThat(new Ring(two(), EVEN, 100).steps()).isEqualTo(100);
    assertThat(new Ring(two(), EVEN, 5000).steps()).isEqualTo(5000);
  }

  @Test
  void aRingOfVeryUnequalWeightsIsBounded() {
    Ring ring = new Ring(two(), new double[] {1 - 1e-7, 1e-7}, 8192);

    assertThat(ring.steps()).isEqualTo(ClusterConfig.MAX_RING_SIZE);
  }

  @Test
  void aMaglevTableHasEnvoysSizeUnlessAnotherIsAskedFor() {
    assertThat(new Maglev(two(), EVEN, 0).steps()).isEqualTo(65_537);
    Maglev small = new Maglev(two(), EVEN, 11);
    assertThat(small.steps()).isEqualTo(11);
    Set<Integer> used = new HashSet<>();
    for (int step = 0; step < 11; step++) {
      used.add(small.index(-1, step));
    }
    assertThat(used).containsExactlyInAnyOrder(0, 1);
  }

  private static Endpoint[] two() {
    return new Endpoint[] {endpoint("10.0.0.1"), endpoint("10.0.0.2")};
  }

  private static Endpoint endpoint(String address) {
    EndpointConfig config = new EndpointConfig(address, 80, 1, 0, "", 0, true, "", Map.of(), null);
    return new Endpoint(new Destination("a", "a", "", config), null, new EndpointState());
  }
}
