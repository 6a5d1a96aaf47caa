/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.fault.FaultPolicy;
import java.util.random.RandomGenerator;

/**
 * Where copies of requests go.
 *
 * @param target the mirror's cluster
 * @param perMillion how many of a million requests are copied
 */
public record MirrorTarget(Target target, int perMillion) {
  /** Draws whether this request is copied. */
  public boolean isDrawn(RandomGenerator random) {
    return FaultPolicy.isDrawn(perMillion, random);
  }
}
