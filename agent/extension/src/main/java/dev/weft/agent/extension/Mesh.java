/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.engine.Engine;
import dev.weft.agent.engine.EngineClock;
import dev.weft.agent.engine.FaultLog;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.inbound.InboundGate;
import dev.weft.agent.engine.tls.InboundTls;
import dev.weft.agent.engine.tls.MeshIdentity;
import dev.weft.agent.identity.IdentitySource;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.jwt.JwtVerifiers;
import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.Outbound;
import dev.weft.agent.telemetry.AgentMetrics;
import dev.weft.agent.telemetry.MeshMetrics;
import dev.weft.agent.telemetry.MeshSpans;
import dev.weft.agent.telemetry.Workload;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Puts the engine behind the seam and, if there is anything to connect to, starts the control. */
final class Mesh {
  private static final Logger logger = Logger.getLogger(Mesh.class.getName());

  private Mesh() {}

  static void start(Options options, OpenTelemetry openTelemetry) {
    String service = service(options);
    String namespace = options.text(Option.NAMESPACE);
    Workload self =
        new Workload(
            service,
            namespace,
            options.labels().getOrDefault("version", ""),
            service + "." + namespace + ".svc.cluster.local");
    IdentitySource identity = identity(options);
    MeshMetrics metrics =
        new MeshMetrics(openTelemetry, self, () -> identity == null ? "" : principal(identity));
    FaultLog faults = new FaultLog(EngineClock.SYSTEM, Mesh::logFault);
    AgentMetrics.observe(openTelemetry, faults::count);
    Engine engine = Engine.create(EngineClock.SYSTEM, faults, metrics);
    InboundReports reports = new InboundReports(metrics);
    InboundGate gate =
        new InboundGate(
            EngineClock.SYSTEM,
            faults,
            reports,
            provider -> Verifiers.INSTANCE.of(provider),
            options.text(Option.START).equals("open"));
    if (identity != null) {
      secure(identity, options, engine, gate);
    }
    if (!Distribution.isHere() || !options.text(Option.TELEMETRY).equals("none")) {
      Outbound.installScopes(new MeshSpans());
    }
    Outbound.install(engine);
    Inbound.install(gate);
    if (ControlPlane.isWanted(options)) {
      Consumer<MeshConfig> apply =
          config -> {
            gate.apply(config.inbound());
            engine.apply(config);
            gate.open();
          };
      new ControlPlane(options, service, apply, faults, reports, identity).start();
    } else {
      logger.info("Weft has no weft.server and no weft.xds.file: it measures, and decides nothing");
    }
  }

  /** Returns who this process is, now or later; null if nothing proves it. */
  private static @Nullable IdentitySource identity(Options options) {
    String pem = options.text(Option.IDENTITY_PEM);
    if (!pem.isEmpty()) {
      return IdentityWatch.start(Path.of(pem));
    }
    return ControlPlane.hasCredentials(options) ? new LateIdentity() : null;
  }

  private static String principal(IdentitySource identity) {
    WorkloadIdentity current = identity.current();
    return current == null ? "" : current.id().toString();
  }

  private static void secure(
      IdentitySource source, Options options, Engine engine, InboundGate gate) {
    MeshIdentity identity =
        new TlsIdentity(source, List.of(options.text(Option.TLS_PROTOCOLS).split(",")));
    engine.identify(identity);
    gate.secure(new InboundTls(identity));
  }

  /** Returns the service that this process is an endpoint of. */
  static String service(Options options) {
    Map<String, String> properties = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      properties.put(name, System.getProperty(name));
    }
    return ServiceName.of(options.text(Option.SERVICE), properties, System.getenv());
  }

  private static void logFault(String doing, Throwable fault) {
    logger.log(
        Level.SEVERE,
        "Weft failed at \""
            + doing
            + "\"; the call went on as it would without it, or was refused if a policy guards it",
        fault);
  }

  /** Loaded with the first policy about tokens: most processes have none. */
  private static final class Verifiers {
    static final JwtVerifiers INSTANCE = JwtVerifiers.create();
  }
}
