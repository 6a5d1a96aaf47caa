/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.endpoint;

/** The endpoints that a call has tried already. */
@FunctionalInterface
public interface Tried {
  /** Returns whether the endpoint was tried. */
  boolean includes(Endpoint endpoint);
}
