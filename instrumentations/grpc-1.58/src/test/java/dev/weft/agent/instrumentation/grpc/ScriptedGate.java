/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.InboundEngine;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.ServerTls;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The server side of a mesh: answers with one reply, or lets the application handle all calls. */
final class ScriptedGate implements InboundEngine, AutoCloseable {
  final Set<Integer> ports = new ConcurrentSkipListSet<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> ends = new CopyOnWriteArrayList<>();

  /** Who called, for each call: a SPIFFE ID or nobody. */
  final List<String> peers = new CopyOnWriteArrayList<>();

  /** Ports whose server takes TLS, of those that listen. */
  final Set<Integer> takingTls = new ConcurrentSkipListSet<>();

  private volatile @Nullable ServerTls tls;
  private volatile @Nullable LinkageError fault;
  private volatile boolean guards;
  private final @Nullable Reply reply;

  ScriptedGate(@Nullable Reply reply) {
    this.reply = reply;
    Inbound.install(this);
  }

  /** Has connections speak this from now on. */
  ScriptedGate secured(ServerTls newTls) {
    tls = newTls;
    return this;
  }

  /**
   * Has the adapter fail from now on.
   *
   * @param isGuarding whether something guards
   */
  ScriptedGate failing(boolean isGuarding) {
    fault = new NoClassDefFoundError("a class of the library");
    guards = isGuarding;
    return this;
  }

  @Override
  public boolean failed(String hook, int port, Throwable e) {
    ends.add(hook + " failed at " + port + ": " + e.getMessage());
    return guards;
  }

  @Override
  public @Nullable ServerTls tls(int port) {
    return tls;
  }

  @Override
  public void listening(String hook, int port, String protocol, boolean takesTls) {
    if (hook.equals("grpc-1.58") && protocol.equals("grpc")) {
      ports.add(port);
      if (takesTls) {
        takingTls.add(port);
      }
    }
  }

  @Override
  public void closed(int port) {
    ports.remove(port);
  }

  @Override
  public <Q> InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    LinkageError broken = fault;
    if (broken != null) {
      throw broken;
    }
    peers.add(String.valueOf(peer.spiffeId()));
    requests.add(
        reader.method(request)
            + ' '
            + reader.host(request)
            + reader.path(request)
            + (reader.isGrpc(request) ? " grpc from " : " http from ")
            + peer.address()
            + (peer.localPort() == reader.port(request) ? "" : " at another port"));
    return new InboundCall() {
      @Override
      public @Nullable Reply reply() {
        return reply;
      }

      @Override
      public void end(int status, int grpcStatus) {
        ends.add(status + "/" + grpcStatus);
      }
    };
  }

  @Override
  public void close() {
    Inbound.install(null);
  }
}
