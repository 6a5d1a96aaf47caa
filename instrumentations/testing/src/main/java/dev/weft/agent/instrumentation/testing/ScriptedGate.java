/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.InboundEngine;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The server side of a mesh, and the seam's engine until it is closed: answers with one reply, lets
 * the application handle all, or breaks down. Remembers what it was told; thread-safe.
 */
public final class ScriptedGate implements InboundEngine, AutoCloseable {
  private final Map<Integer, String> ports = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> ends = new CopyOnWriteArrayList<>();
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private final String hook;
  private final @Nullable Reply reply;
  private volatile boolean isBroken;
  private volatile boolean isGuarding;

  /**
   * Installs a gate.
   *
   * @param hook of which to remember ports; other servers may be running
   * @param reply to everything; null to let the application handle it
   */
  public ScriptedGate(String hook, @Nullable Reply reply) {
    this.hook = hook;
    this.reply = reply;
    Inbound.install(this);
  }

  /** Returns the protocols of the ports that are open. */
  public Map<Integer, String> ports() {
    return ports;
  }

  /** Returns the requests that were begun, in order. */
  public List<String> requests() {
    return requests;
  }

  /** Returns how they ended, as {@code status/grpcStatus}. */
  public List<String> ends() {
    return ends;
  }

  /** Returns the adapter's faults, as {@code hook: fault}. */
  public List<String> faults() {
    return faults;
  }

  /** Fails from now on as a library in an unknown version makes an adapter fail. */
  public void breakDown(boolean whileGuarding) {
    isGuarding = whileGuarding;
    isBroken = true;
  }

  @Override
  public void listening(String ofHook, int port, String protocol, boolean takesTls) {
    if (ofHook.equals(hook)) {
      ports.put(port, protocol);
    }
  }

  @Override
  public void closed(int port) {
    ports.remove(port);
  }

  @Override
  public <Q> InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    if (isBroken) {
      throw new NoSuchMethodError("gone, as the test wants it");
    }
    requests.add(
        reader.method(request)
            + ' '
            + reader.host(request)
            + reader.path(request)
            + (reader.isGrpc(request) ? " grpc from " : " http from ")
            + peer.address()
            + (peer.localPort() == reader.port(request) ? "" : " at another port")
            + " x-many: "
            + reader.header(request, "x-many"));
    return new InboundCall() {
      // Nothing is ignored here: a second end is seen.
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
  public boolean failed(String ofHook, int port, Throwable fault) {
    faults.add(ofHook + ": " + fault);
    return isGuarding;
  }

  @Override
  public void close() {
    Inbound.install(null);
  }
}
