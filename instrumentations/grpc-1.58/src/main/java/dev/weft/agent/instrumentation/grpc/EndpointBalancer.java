/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Sends each call where its attempt says. Which endpoint that is was decided before; here are only
 * the connections, one for each connection key, made when the first call needs them and closed when
 * none has used them for a while.
 *
 * <p>Picks run on any thread, all else in the channel's synchronization context.
 */
final class EndpointBalancer extends LoadBalancer {
  private static final Status NO_ATTEMPT =
      Status.INTERNAL.withDescription("no attempt of the mesh in the call's options");

  private final Helper helper;
  private final Duration idlePeriod;
  private final Map<String, EndpointConnection> connections = new ConcurrentHashMap<>();
  private boolean sweeping;
  private boolean failing;
  private boolean shutdown;

  EndpointBalancer(Helper helper, Duration idlePeriod) {
    this.helper = helper;
    this.idlePeriod = idlePeriod;
  }

  @Override
  public void handleResolvedAddresses(ResolvedAddresses resolvedAddresses) {
    publish();
  }

  @Override
  public void handleNameResolutionError(Status error) {
    publish();
  }

  @Override
  public boolean canHandleEmptyAddressListFromNameResolution() {
    return true; // our resolver resolves nothing: the attempts bring the addresses
  }

  @Override
  public void shutdown() {
    shutdown = true;
    connections.values().forEach(EndpointConnection::close);
    connections.clear();
  }

  /** Makes the channel pick again for every call that waits. */
  void publish() {
    if (!shutdown) {
      helper.updateBalancingState(state(), new Picker());
    }
  }

  /**
   * Takes note of a connection's new state. One that failed is forgotten, so that the next call to
   * its endpoint makes a new one.
   */
  void changed(EndpointConnection connection) {
    if (connection.isFailed()) {
      failing = true;
      connections.remove(connection.key(), connection);
    } else if (connection.state() == ConnectivityState.READY) {
      failing = false;
    }
    publish();
  }

  boolean isShutdown() {
    return shutdown;
  }

  /** Looks after connections that no call uses any more, as long as there are connections. */
  void sweepLater() {
    if (!sweeping && !shutdown) {
      sweeping = true;
      helper
          .getSynchronizationContext()
          .schedule(
              this::sweep,
              idlePeriod.toNanos(),
              TimeUnit.NANOSECONDS,
              helper.getScheduledExecutorService());
    }
  }

  private void sweep() {
    sweeping = false;
    connections
        .values()
        .removeIf(
            connection -> {
              boolean idle = !connection.wasUsedSinceAsked();
              if (idle) {
                connection.close();
              }
              return idle;
            });
    publish(); // a call may have picked one of them just now
    if (!connections.isEmpty()) {
      sweepLater();
    }
  }

  /**
   * The channel can be used at once: it connects on demand. It is failing if nothing is connected
   * and the endpoint that was tried last could not be reached.
   */
  private ConnectivityState state() {
    boolean connecting = false;
    for (EndpointConnection connection : connections.values()) {
      if (connection.state() == ConnectivityState.READY) {
        return ConnectivityState.READY;
      }
      connecting |= connection.state() == ConnectivityState.CONNECTING;
    }
    if (connecting) {
      return ConnectivityState.CONNECTING;
    }
    return failing ? ConnectivityState.TRANSIENT_FAILURE : ConnectivityState.READY;
  }

  private PickResult pick(PickSubchannelArgs args) {
    AttemptStream stream = args.getCallOptions().getOption(AttemptStream.KEY);
    InetSocketAddress address = stream == null ? null : stream.address();
    if (stream == null || address == null) {
      return PickResult.withDrop(NO_ATTEMPT);
    }
    EndpointConnection connection = stream.connection();
    if (connection == null || !connection.isUsableBy(this)) {
      connection = connection(stream, address);
      stream.connection(connection);
    }
    return connection.pick(args.getCallOptions().isWaitForReady());
  }

  private EndpointConnection connection(AttemptStream stream, InetSocketAddress address) {
    String key = stream.connectionKey();
    EndpointConnection connection = connections.get(key);
    return connection != null
        ? connection
        : connections.computeIfAbsent(
            key, missing -> new EndpointConnection(this, helper, stream, address));
  }

  private final class Picker extends SubchannelPicker {
    @Override
    public PickResult pickSubchannel(PickSubchannelArgs args) {
      return pick(args);
    }

    @Override
    public String toString() {
      return "Weft" + connections.keySet();
    }
  }
}
