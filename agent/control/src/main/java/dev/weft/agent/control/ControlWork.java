/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.ControlOptions.Server;
import dev.weft.agent.control.cache.LastGoodCache;
import dev.weft.agent.control.cache.SavedConfig;
import dev.weft.agent.control.cache.XdsFileSource;
import dev.weft.agent.control.channel.ControlChannel;
import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.dns.DnsWatch;
import dev.weft.agent.control.dns.LookupThreads;
import dev.weft.agent.control.identity.IdentitySockets;
import dev.weft.agent.control.origination.Origins;
import dev.weft.agent.control.registry.RegistryClient;
import dev.weft.agent.control.registry.Report;
import dev.weft.agent.control.registry.Report.ConfigOrigin;
import dev.weft.agent.control.stream.AdsClient;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.identity.WatchedIdentity;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.protocol.names.PolicyServerIdentity;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What {@link MeshControl} does, on the control loop. Not thread-safe, but for its status. */
final class ControlWork {
  private static final Logger logger = Logger.getLogger(MeshControl.class.getName());
  private final ControlLoop loop;
  private final ControlOptions options;
  private final @Nullable WatchedIdentity identity;
  private final Consumer<MeshConfig> apply;
  private final Supplier<AgentFaults> faults;
  private final XdsTable table = new XdsTable();
  private final LookupThreads lookups = new LookupThreads();
  private final ServedPorts ports;
  private final DnsWatch dns;
  private final ConfigPublisher publisher;
  private final Origins origins;
  private volatile ControlStatus status = ControlStatus.NONE;
  private @Nullable MeshConfig handedOver;
  private String appliedVersion = "";
  private ConfigOrigin origin = ConfigOrigin.NONE;
  private String savedStore = "";
  private boolean strictSeen;
  private boolean heardOfServer;
  private boolean stopped;
  private long connectedEpoch;
  private @Nullable ControlChannel channel;
  private @Nullable AdsClient ads;
  private @Nullable RegistryClient registry;
  private @Nullable LastGoodCache cache;
  private @Nullable XdsFileSource file;

  ControlWork(
      ControlLoop loop,
      ControlOptions options,
      @Nullable WatchedIdentity identity,
      Consumer<MeshConfig> apply,
      Supplier<AgentFaults> faults) {
    this.loop = loop;
    this.options = options;
    this.identity = identity;
    this.apply = apply;
    this.faults = faults;
    this.ports = new ServedPorts(options.announcement().servicePort());
    this.publisher =
        new ConfigPublisher(loop, this::isComplete, this::mayBeIncomplete, this::publish);
    this.dns = new DnsWatch(loop, lookups, InetAddress::getAllByName, publisher::changed);
    this.origins = new Origins(loop, this::filesChanged);
  }

  /** Returns how it is. From any thread. */
  ControlStatus status() {
    return status;
  }

  void start() {
    Path xdsFile = options.xdsFile();
    Path cacheFolder = options.cacheFolder();
    Server server = options.server();
    if (xdsFile != null) {
      file = new XdsFileSource(xdsFile, loop, table, this::tableChanged);
      file.start();
    } else if (server != null && cacheFolder != null) {
      loadCache(cacheFolder);
    }
    if (server != null && identity != null) {
      identity.watch(() -> loop.execute(() -> identityChanged(server, identity)));
    } else if (server != null) {
      connect(ControlChannel.plaintext(server.host(), server.port(), loop));
    } else if (xdsFile == null) {
      logger.info("No policy server and no configuration file are named: traffic is unmanaged");
    }
  }

  /**
   * Stops.
   *
   * @param whenStopped runs when the server has heard of it, or after a second; on any thread
   */
  void stop(Runnable whenStopped) {
    stopped = true;
    if (identity != null) {
      identity.close();
    }
    if (cache != null) {
      cache.flush();
    }
    if (file != null) {
      file.stop();
    }
    if (ads != null) {
      ads.stop();
    }
    if (registry != null) {
      registry.stop();
    }
    dns.stop();
    origins.stop();
    lookups.close();
    if (channel == null) {
      whenStopped.run();
    } else {
      channel.close(whenStopped);
    }
  }

  void listening(int port, String protocol, String hook, boolean takesTls) {
    ports.opened(port, protocol, hook, takesTls);
    announce();
  }

  void identified() {
    ports.identified();
    announce();
  }

  void closed(int port) {
    ports.closed(port);
    announce();
  }

  void adopt() {
    if (ads != null) {
      ads.adopt();
      refreshStatus();
    }
  }

  private void loadCache(Path folder) {
    NodeIdentity node = options.node();
    String name = node.namespace() + "." + node.service();
    cache = new LastGoodCache(folder, name, loop, this::toSave);
    SavedConfig saved = cache.load();
    if (saved == null) {
      return;
    }
    for (XdsResource resource : saved.resources()) {
      table.put(resource);
    }
    savedStore = saved.storeId();
    strictSeen = saved.strictSeen();
    apply(ConfigOrigin.CACHE);
    logger.info(
        "Started with the last good configuration, "
            + table.version()
            + ", until the policy server answers");
  }

  private void identityChanged(Server server, WatchedIdentity watched) {
    WorkloadIdentity held = watched.current();
    if (held != null) {
      identified();
    }
    if (held == null || stopped) {
      return;
    }
    boolean isRenewed = held.epoch() != connectedEpoch;
    connectedEpoch = held.epoch();
    if (channel == null) {
      IdentitySockets sockets =
          new IdentitySockets(
              watched.contexts(), PolicyServerIdentity.spiffeId(held.id().trustDomain()));
      connect(ControlChannel.tls(server.host(), server.port(), sockets, loop));
      return;
    }
    if (isRenewed) {
      // The server cuts a connection off when the certificate ends that it was made with.
      channel.renew(this::reconnect);
    }
    if (registry != null) {
      registry.reportChanged();
    }
  }

  private void reconnect() {
    if (stopped) {
      return;
    }
    if (ads != null) {
      ads.reconnect();
    }
    if (registry != null) {
      registry.reconnect();
    }
  }

  private void connect(ControlChannel opened) {
    channel = opened;
    if (file == null) {
      ads =
          AdsClient.over(
              opened,
              loop,
              options.node(),
              table,
              new AdsClient.Stores(savedStore, options.adoptStore()),
              new AdsWatcher());
      ads.start();
    }
    registry =
        RegistryClient.over(
            opened, loop, options.node(), options.announcement().weight(), this::report);
    registry.serve(ports.all());
    registry.start();
  }

  private void announce() {
    if (registry != null) {
      registry.serve(ports.all());
    }
  }

  private void tableChanged() {
    dns.watch(table.dnsNames());
    publisher.changed();
    refreshStatus();
  }

  private boolean isComplete() {
    return dns.isSettled() && (ads == null || ads.isComplete());
  }

  private boolean mayBeIncomplete() {
    return ads == null || (ads.isConnected() && ads.hasResponse());
  }

  private void publish() {
    if (ads != null && !ads.isComplete()) {
      ads.giveUpWaiting();
    }
    if (file != null) {
      apply(ConfigOrigin.FILE);
    } else if (heardOfServer) {
      apply(ConfigOrigin.STREAM);
      if (cache != null) {
        cache.saveSoon();
      }
    } else {
      // Names in DNS have other addresses now.
      apply(ConfigOrigin.CACHE);
    }
  }

  private void apply(ConfigOrigin from) {
    dns.watch(table.dnsNames());
    MeshConfig config = guarded(table.config(dns));
    if (!handOver(config)) {
      return;
    }
    if (origin == ConfigOrigin.NONE || (origin == ConfigOrigin.CACHE && from != origin)) {
      logger.info(
          "Configuration "
              + config.version()
              + " from "
              + from
              + ": "
              + config.listeners().size()
              + " listeners, "
              + config.clusters().size()
              + " clusters");
    } else {
      logger.log(Level.FINE, "Configuration {0} from {1}", new Object[] {config.version(), from});
    }
    appliedVersion = config.version();
    origin = from;
    refreshStatus();
  }

  /** Gives the engine a configuration. Returns whether it took it. */
  private boolean handOver(MeshConfig config) {
    try {
      apply.accept(origins.resolve(config));
      handedOver = config;
      return true;
    } catch (RuntimeException | LinkageError e) {
      logger.log(
          Level.SEVERE,
          "The configuration "
              + config.version()
              + " cannot be used; the one before stays in force. Please report it",
          e);
      return false;
    }
  }

  /** What is in force stays, whatever is being pushed; its connections are by other files. */
  private void filesChanged() {
    MeshConfig config = handedOver;
    if (config != null) {
      handOver(config);
    }
    refreshStatus();
  }

  /**
   * What once was for callers with a certificate only does not open because nothing is known of it
   * any more: then nothing comes in.
   */
  private MeshConfig guarded(MeshConfig config) {
    strictSeen |= config.inbound().isStrictAnywhere();
    boolean isLost = strictSeen && config.inbound().equals(InboundConfig.NONE);
    return isLost ? config.with(InboundConfig.CLOSED) : config;
  }

  private SavedConfig toSave() {
    return new SavedConfig(
        ads == null ? savedStore : ads.adoptedStore(),
        options.node().id(),
        Instant.now().toEpochMilli(),
        table.resources(),
        strictSeen);
  }

  private Report report() {
    AgentFaults caught = faults.get();
    return new Report(
        appliedVersion,
        origin,
        problems(),
        ads == null ? "" : ads.withheld(),
        caught.count(),
        caught.last(),
        options.shown(),
        identity == null ? null : identity.status());
  }

  private List<ResourceProblem> problems() {
    List<ResourceProblem> problems = new ArrayList<>(table.problems());
    problems.addAll(origins.problems());
    return problems;
  }

  private void refreshStatus() {
    ControlStatus now =
        new ControlStatus(
            appliedVersion,
            origin,
            problems(),
            ads == null ? "" : ads.withheld(),
            ads != null && ads.isConnected());
    if (!now.equals(status)) {
      status = now;
      if (registry != null) {
        registry.reportChanged();
      }
    }
  }

  private final class AdsWatcher implements AdsClient.Watcher {
    @Override
    public void connected() {
      publisher.connected();
      refreshStatus();
    }

    @Override
    public void disconnected() {
      refreshStatus();
    }

    @Override
    public void changed() {
      heardOfServer = true;
      tableChanged();
    }
  }
}
