/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.ClientTls;
import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import io.grpc.internal.ClientTransportFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The connection for one connection key. A call that picked it stays with it: if it cannot be made,
 * the calls that wait for it fail, the balancer forgets it, and the next call tries anew. So there
 * is no back-off of the library's own: which endpoint is worth a try was decided before.
 *
 * <p>Picks run on any thread, all else in the channel's synchronization context.
 */
final class EndpointConnection {
  private final EndpointBalancer balancer;
  private final Helper helper;
  private final String key;
  private final InetSocketAddress address;
  private final @Nullable ClientTls tls;
  private final MeshTransports transports;
  private @Nullable ClientTransportFactory secured;
  private @Nullable Subchannel subchannel;
  private volatile ConnectivityState state = ConnectivityState.IDLE;
  private volatile PickResult ready = PickResult.withNoResult();
  private volatile Status failure = Status.OK;
  private volatile boolean used;

  EndpointConnection(
      EndpointBalancer balancer, Helper helper, AttemptStream stream, InetSocketAddress address) {
    this.balancer = balancer;
    this.helper = helper;
    this.key = stream.connectionKey();
    this.address = address;
    this.tls = stream.tls();
    this.transports = stream.transports();
  }

  String key() {
    return key;
  }

  ConnectivityState state() {
    return state;
  }

  /** Returns whether the connection could not be made. It stays so. */
  boolean isFailed() {
    return state == ConnectivityState.TRANSIENT_FAILURE;
  }

  /** Returns whether a call that picked this connection stays with it. */
  boolean isUsableBy(EndpointBalancer other) {
    return balancer == other && state != ConnectivityState.SHUTDOWN;
  }

  PickResult pick(boolean waitForReady) {
    if (!used) {
      used = true; // tested first: calls on other cores read the same cache line
    }
    return switch (state) {
      case READY -> ready;
      case TRANSIENT_FAILURE ->
          // An error would keep a call that waits for ready waiting for this one endpoint.
          waitForReady ? PickResult.withDrop(failure) : PickResult.withError(failure);
      case IDLE -> {
        helper.getSynchronizationContext().execute(this::connect);
        yield PickResult.withNoResult();
      }
      case CONNECTING, SHUTDOWN -> PickResult.withNoResult();
    };
  }

  /** Returns whether a call picked this connection since this was asked last. */
  boolean wasUsedSinceAsked() {
    boolean result = used;
    used = false;
    return result;
  }

  /** Lets the calls on the connection finish and takes no more. */
  void close() {
    if (state != ConnectivityState.TRANSIENT_FAILURE) {
      state = ConnectivityState.SHUTDOWN;
    }
    if (subchannel != null) {
      subchannel.shutdown();
    }
  }

  private void connect() {
    if (state != ConnectivityState.IDLE || balancer.isShutdown()) {
      return;
    }
    if (subchannel == null) {
      EquivalentAddressGroup target;
      try {
        target = new EquivalentAddressGroup(address, attributes());
      } catch (IOException | RuntimeException | LinkageError e) {
        Status reason = Status.UNAVAILABLE.withDescription(e.getMessage()).withCause(e);
        changed(ConnectivityStateInfo.forTransientFailure(reason));
        return;
      }
      subchannel =
          helper.createSubchannel(CreateSubchannelArgs.newBuilder().setAddresses(target).build());
      ready = PickResult.withSubchannel(subchannel);
      subchannel.start(this::changed);
      balancer.sweepLater();
    }
    subchannel.requestConnection();
  }

  /** Returns what has the connection secured if it is to be. */
  private Attributes attributes() throws IOException {
    if (tls == null) {
      return Attributes.EMPTY;
    }
    secured = transports.secured(tls);
    return Attributes.newBuilder().set(MeshTransports.SECURED, secured).build();
  }

  private void changed(ConnectivityStateInfo info) {
    if (secured != null && info.getState() == ConnectivityState.SHUTDOWN) {
      secured.close(); // only now: the library goes on connecting for a while after a shutdown
      secured = null;
    }
    if (state == ConnectivityState.SHUTDOWN || isFailed()) {
      return;
    }
    failure = info.getStatus();
    state = info.getState();
    balancer.changed(this);
    if (isFailed()) {
      close();
    }
  }
}
