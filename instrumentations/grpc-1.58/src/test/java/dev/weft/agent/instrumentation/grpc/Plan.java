/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Step;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A step that a test wants.
 *
 * @param step an answer of the mesh; null for an attempt
 */
record Plan(
    @Nullable Step step,
    @Nullable InetSocketAddress address,
    @Nullable String authority,
    @Nullable String path,
    boolean mutates,
    boolean isMirrored,
    long timeoutNanos,
    long delayNanos,
    @Nullable ClientTls tls) {

  static Plan say(Step step) {
    return new Plan(step, null, null, null, false, false, 0, 0, null);
  }

  static Plan to(@Nullable InetSocketAddress address) {
    return new Plan(null, address, null, null, false, false, 0, 0, null);
  }

  static Plan to(OrdersServer server) {
    return to(server.address());
  }

  Plan authority(String newAuthority) {
    return new Plan(
        step, address, newAuthority, path, mutates, isMirrored, timeoutNanos, delayNanos, tls);
  }

  Plan path(String newPath) {
    return new Plan(
        step, address, authority, newPath, mutates, isMirrored, timeoutNanos, delayNanos, tls);
  }

  Plan mutating() {
    return new Plan(
        step, address, authority, path, true, isMirrored, timeoutNanos, delayNanos, tls);
  }

  Plan timeout(Duration timeout) {
    return new Plan(
        step, address, authority, path, mutates, isMirrored, timeout.toNanos(), delayNanos, tls);
  }

  Plan delay(Duration delay) {
    return new Plan(
        step, address, authority, path, mutates, isMirrored, timeoutNanos, delay.toNanos(), tls);
  }

  Plan mirrored() {
    return new Plan(step, address, authority, path, mutates, true, timeoutNanos, delayNanos, tls);
  }

  Plan secured(ClientTls by) {
    return new Plan(
        step, address, authority, path, mutates, isMirrored, timeoutNanos, delayNanos, by);
  }
}
