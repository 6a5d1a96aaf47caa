/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

import dev.weft.agent.control.channel.Backoff;
import dev.weft.agent.control.channel.BidiTransport;
import dev.weft.agent.control.channel.ControlChannel;
import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.channel.RepeatedLog;
import dev.weft.agent.control.channel.StreamKeeper;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import dev.weft.protocol.lite.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a table of resources as the policy server has them. Not thread-safe; all on the control
 * loop.
 */
public final class AdsClient {
  private static final Logger logger = Logger.getLogger(AdsClient.class.getName());
  private static final String METHOD =
      "envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(15);
  private final ControlLoop loop;
  private final AdsSession session;
  private final StoreIdentity identity;
  private final StreamKeeper<DeltaDiscoveryRequest, DeltaDiscoveryResponse> keeper;
  private final RepeatedLog log;
  private final Watcher watcher;
  private ControlLoop.@Nullable Timer sweep;

  AdsClient(
      ControlLoop loop,
      BidiTransport<DeltaDiscoveryRequest, DeltaDiscoveryResponse> transport,
      NodeIdentity node,
      XdsTable table,
      Stores stores,
      Watcher watcher) {
    this.loop = loop;
    this.watcher = watcher;
    this.log = new RepeatedLog(logger, loop);
    this.identity = new StoreIdentity(stores.saved(), stores.toAdopt());
    this.session = new AdsSession(NodeMessage.of(node), table, identity, new SessionEvents());
    this.keeper =
        new StreamKeeper<>(
            "The policy server's configuration stream",
            loop,
            transport,
            new Backoff(() -> ThreadLocalRandom.current().nextDouble()),
            session);
  }

  /**
   * Returns a client that has not started.
   *
   * @param table what it keeps up; may hold what was saved before
   */
  public static AdsClient over(
      ControlChannel channel,
      ControlLoop loop,
      NodeIdentity node,
      XdsTable table,
      Stores stores,
      Watcher watcher) {
    return new AdsClient(
        loop,
        channel.method(METHOD, DeltaDiscoveryRequest.parser(), DeltaDiscoveryResponse.parser()),
        node,
        table,
        stores,
        watcher);
  }

  /** Opens the stream and keeps it open. */
  public void start() {
    keeper.open();
  }

  /** Goes on over the channel's newest connection; what was received stays. */
  public void reconnect() {
    keeper.reopen("over a new connection");
  }

  /** Closes the stream for good. */
  public void stop() {
    keeper.stop();
    if (sweep != null) {
      sweep.cancel();
    }
  }

  /** Returns whether the stream is open and has its connection. */
  public boolean isConnected() {
    return session.isConnected();
  }

  /** Returns whether the policy server has answered on the stream that is open. */
  public boolean hasResponse() {
    return session.hasResponse();
  }

  /** Returns whether the policy server has answered all that was asked on the open stream. */
  public boolean isComplete() {
    return session.isComplete();
  }

  /** Waits no longer for what was asked for until now; it counts as soon as it comes. */
  public void giveUpWaiting() {
    session.giveUpWaiting();
  }

  /** Returns the identity of the store whose removals are applied; empty if unknown. */
  public String adoptedStore() {
    return identity.adopted();
  }

  /**
   * Returns what is withheld because another store speaks than the adopted one; empty if nothing.
   */
  public String withheld() {
    if (!identity.isForeign()) {
      return "";
    }
    return "control_plane.identifier: "
        + identity.current()
        + " (expected: "
        + identity.adopted()
        + "): what is new is applied, "
        + session.withheldChanges()
        + " changes and "
        + session.withheldRemovals()
        + " removals are withheld until the store is adopted";
  }

  /** Accepts the store that speaks now, so that its removals are applied. */
  public void adopt() {
    if (identity.isForeign()) {
      logger.info("The store " + identity.current() + " is adopted; its changes apply from now");
    }
    session.adopt();
    sweepLater();
  }

  /** A store is given time to say all it has before what it has not is let go. */
  private void sweepLater() {
    if (sweep != null) {
      sweep.cancel();
    }
    sweep =
        loop.schedule(
            SWEEP_NANOS,
            () -> {
              sweep = null;
              session.sweep();
              if (session.withheldRemovals() > 0 && !identity.isForeign()) {
                sweepLater();
              }
            });
  }

  /**
   * Which stores are known at the start.
   *
   * @param saved the one that the table's resources came from; empty if unknown
   * @param toAdopt the one that the operator said to adopt; empty for none
   */
  public record Stores(String saved, String toAdopt) {}

  /** Who is told what happened. */
  public interface Watcher {
    /** The stream has its connection. */
    void connected();

    /** The stream is over; another will begin. */
    void disconnected();

    /** The table may have changed, or it may be complete now. */
    void changed();
  }

  private final class SessionEvents implements AdsSession.Events {
    @Override
    public void connected() {
      watcher.connected();
    }

    @Override
    public void disconnected() {
      watcher.disconnected();
    }

    @Override
    public void changed() {
      watcher.changed();
    }

    @Override
    public void rejected(List<String> reasons) {
      String text = String.join("; ", reasons);
      log.log(
          Level.WARNING,
          text,
          "Not applied: " + text + ". The last good versions stay; the policy needs a change");
    }

    @Override
    public void storeChanged() {
      if (identity.isForeign()) {
        log.log(
            Level.WARNING,
            identity.current(),
            "The policy server has the store "
                + identity.current()
                + ", but the configuration here came from "
                + identity.adopted()
                + ". What is new in it is applied; what is here stays as it is, until the store is"
                + " adopted");
      }
      keeper.reopen("another store");
      sweepLater();
    }
  }
}
