/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.route.RouteInfo;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.Step;
import org.jspecify.annotations.Nullable;

/** A call that the mesh answers without a cluster. */
final class ReplyCall implements Call, Observed {
  private final Engine engine;
  private final RouteInfo route;
  private final Endpoint unknown;
  private final Reply reply;
  private final boolean isGrpc;
  private boolean over;

  ReplyCall(Engine engine, RouteInfo route, Endpoint unknown, Reply reply, boolean isGrpc) {
    this.engine = engine;
    this.route = route;
    this.unknown = unknown;
    this.reply = reply;
    this.isGrpc = isGrpc;
  }

  @Override
  public Step next() {
    if (over) {
      throw new IllegalStateException("the call is over");
    }
    over = true;
    engine.callEnded(this, reply.delayNanos());
    return reply;
  }

  @Override
  public void abandon() {
    over = true;
  }

  @Override
  public RouteInfo route() {
    return route;
  }

  @Override
  public Destination destination() {
    return unknown.destination();
  }

  @Override
  public @Nullable Object handle() {
    return unknown.handle();
  }

  @Override
  public int number() {
    return 0;
  }

  @Override
  public int status() {
    return reply.status();
  }

  @Override
  public int grpcStatus() {
    return reply.grpcStatus();
  }

  @Override
  public String flag() {
    return reply.flag();
  }

  @Override
  public long delayNanos() {
    return reply.delayNanos();
  }

  @Override
  public boolean isGrpc() {
    return isGrpc;
  }

  @Override
  public boolean isMirror() {
    return false;
  }
}
