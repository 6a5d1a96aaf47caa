/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.control.AgentFaults;
import dev.weft.agent.control.ControlOptions;
import dev.weft.agent.control.MeshControl;
import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.identity.GrpcCertificates;
import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.identity.IdentityKeeper;
import dev.weft.agent.identity.IdentityOptions;
import dev.weft.agent.identity.IdentitySource;
import dev.weft.agent.identity.SpiffeId;
import dev.weft.protocol.names.PolicyServerIdentity;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the control plane's client, on a thread of ours: it loads many classes and may resolve
 * names, which the application's start does not wait for.
 */
final class ControlPlane implements Runnable {
  private static final Logger logger = Logger.getLogger(ControlPlane.class.getName());

  private final Options options;
  private final String service;
  private final Consumer<MeshConfig> apply;
  private final FaultLog faults;
  private final InboundReports reports;
  private final @Nullable IdentitySource identity;

  ControlPlane(
      Options options,
      String service,
      Consumer<MeshConfig> apply,
      FaultLog faults,
      InboundReports reports,
      @Nullable IdentitySource identity) {
    this.options = options;
    this.service = service;
    this.apply = apply;
    this.faults = faults;
    this.reports = reports;
    this.identity = identity;
  }

  /** Returns whether the options name anything to get a configuration from. */
  static boolean isWanted(Options options) {
    return !options.text(Option.SERVER).isEmpty() || !options.text(Option.XDS_FILE).isEmpty();
  }

  void start() {
    Thread thread = new Thread(this, "weft-start");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    try {
      IdentityKeeper keeper = keeper();
      IdentityWatch file = identity instanceof IdentityWatch watch ? watch : null;
      MeshControl control =
          MeshControl.start(
              controlOptions(), keeper == null ? file : keeper, apply, this::agentFaults);
      if (file != null) {
        file.watch(
            () -> {
              if (file.current() != null) {
                control.identified();
              }
            });
      }
      reports.attach(
          new InboundReports.Target() {
            @Override
            public void opened(String hook, int port, String protocol, boolean takesTls) {
              control.listening(port, protocol, hook, takesTls);
            }

            @Override
            public void closed(int port) {
              control.closed(port);
            }
          });
      Runtime.getRuntime().addShutdownHook(new Thread(control::close, "weft-stop"));
    } catch (RuntimeException | LinkageError e) {
      logger.log(
          Level.SEVERE,
          "Weft has no control plane: it decides nothing, and calls go out as without it",
          e);
    }
  }

  /** Returns whether the options name a server and what proves to it who this process is. */
  static boolean hasCredentials(Options options) {
    IdentityOptions wanted = identityOptions(options);
    return !options.text(Option.SERVER).isEmpty()
        && (wanted.hasCredentials() || wanted.folder() != null);
  }

  /** Returns what gets this process its identity; null if there is nothing to get one by. */
  private @Nullable IdentityKeeper keeper() {
    if (!hasCredentials(options)) {
      return null;
    }
    HostPort server = HostPort.parse(options.text(Option.SERVER));
    IdentityKeeper keeper =
        IdentityKeeper.start(
            identityOptions(options), new GrpcCertificates(server.host(), server.port()));
    if (identity instanceof LateIdentity late) {
      late.bind(keeper);
    }
    return keeper;
  }

  private static IdentityOptions identityOptions(Options options) {
    String domain = options.text(Option.TRUST_DOMAIN);
    return new IdentityOptions(
        new SpiffeId(domain, options.text(Option.NAMESPACE), options.text(Option.SERVICE_ACCOUNT)),
        options.text(Option.IDENTITY_TOKEN),
        path(options, Option.IDENTITY_TOKEN_FILE),
        path(options, Option.IDENTITY_JWT_FILE),
        Arrays.stream(options.text(Option.TRUST_FINGERPRINT).split(","))
            .map(String::strip)
            .filter(pin -> !pin.isEmpty())
            .toList(),
        path(options, Option.TRUST_BUNDLE),
        path(options, Option.IDENTITY_DIR),
        PolicyServerIdentity.spiffeId(domain));
  }

  private AgentFaults agentFaults() {
    String last = faults.last();
    return new AgentFaults(faults.count(), last == null ? "" : last);
  }

  private ControlOptions controlOptions() {
    HostPort server =
        options.text(Option.SERVER).isEmpty() ? null : HostPort.parse(options.text(Option.SERVER));
    return new ControlOptions(
        server == null ? null : new ControlOptions.Server(server.host(), server.port()),
        node(server),
        new ControlOptions.Announcement(
            options.number(Option.SERVICE_PORT), options.number(Option.WEIGHT)),
        path(options, Option.CACHE_DIR),
        path(options, Option.XDS_FILE),
        options.text(Option.ADOPT),
        options.shown());
  }

  private NodeIdentity node(@Nullable HostPort server) {
    Map<String, String> labels = new LinkedHashMap<>(options.labels());
    labels.putIfAbsent("app", service);
    String address = options.text(Option.ADDRESS);
    return new NodeIdentity(
        service,
        options.text(Option.NAMESPACE),
        service + "-" + machine() + "-" + ProcessHandle.current().pid(),
        List.of(address.isEmpty() ? OwnAddress.find(server) : address),
        labels,
        options.text(Option.SERVICE_ACCOUNT),
        options.text(Option.LOCALITY),
        Distribution.version());
  }

  /** Returns the machine's name, without asking the DNS: containers have it in the environment. */
  private static String machine() {
    String name = System.getenv("HOSTNAME");
    return name == null || name.isBlank() ? "local" : name;
  }

  private static @Nullable Path path(Options options, Option option) {
    String text = options.text(option);
    return text.isEmpty() ? null : Path.of(text);
  }
}
