/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.api.EventLog;
import dev.weft.policy.discovery.DiscoveryObserver;
import dev.weft.policy.discovery.Nack;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.ResourceKey;
import java.time.Instant;
import java.util.List;

/** Makes an event of each refusal of an agent, on the resources that the refused ones come from. */
final class DiscoveryEvents implements DiscoveryObserver {
  private final EventLog events;

  DiscoveryEvents(EventLog events) {
    this.events = events;
  }

  @Override
  public void onNack(Nack nack) {
    for (ResourceKey origin : nack.origins()) {
      events.record(
          new EventLog.Event(
              origin, true, "Refused", nack.names() + ": " + nack.message(), nack.nodeId()),
          Instant.now());
    }
  }

  @Override
  public void onCompiled(long revision, List<Finding> findings) {}
}
