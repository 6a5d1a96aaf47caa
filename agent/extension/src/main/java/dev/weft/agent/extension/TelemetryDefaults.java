/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;

/**
 * What {@code weft.telemetry} means to upstream's agent, as defaults: whatever the user sets wins.
 * Registered by the distribution only; the bare extension changes nothing of its host.
 */
public final class TelemetryDefaults implements AutoConfigurationCustomizerProvider {
  private static final Logger logger = Logger.getLogger(TelemetryDefaults.class.getName());

  /** HTTP and gRPC, clients and servers, and what carries context between threads. */
  private static final List<String> MESH =
      List.of(
          "akka-http",
          "apache-httpasyncclient",
          "apache-httpclient",
          "armeria",
          "armeria-grpc",
          "async-http-client",
          "executors",
          "google-http-client",
          "grpc",
          "helidon",
          "http-url-connection",
          "java-http-client",
          "java-http-server",
          "jaxrs",
          "jetty",
          "jetty-httpclient",
          "kotlinx-coroutines",
          "ktor",
          "liberty",
          "netty",
          "okhttp",
          "pekko-http",
          "reactor",
          "reactor-netty",
          "rxjava",
          "servlet",
          "spring-web",
          "spring-webflux",
          "spring-webmvc",
          "tomcat",
          "undertow",
          "vertx-http-client",
          "vertx-web");

  @Override
  public void customize(AutoConfigurationCustomizer customizer) {
    customizer.addPropertiesSupplier(() -> defaults(Options.ofProcess()));
  }

  /** Returns upstream's properties by name. */
  static Map<String, String> defaults(Options options) {
    Map<String, String> defaults = new LinkedHashMap<>();
    // Who has no collector must see no errors of not reaching one.
    for (String signal : List.of("traces", "metrics", "logs")) {
      defaults.put("otel." + signal + ".exporter", "none");
    }
    String port = options.text(Option.METRICS_PORT);
    if (!port.isEmpty() && isFree(Integer.parseInt(port))) {
      defaults.put("otel.metrics.exporter", "prometheus");
      defaults.put("otel.exporter.prometheus.port", port);
    }
    String mode = options.text(Option.TELEMETRY);
    if (!mode.equals("full")) {
      defaults.put("otel.instrumentation.common.default-enabled", "false");
      // Metrics of the JVM's beans are none of the mesh's; reading their rules is a tenth of what
      // the agent takes to start.
      defaults.put("otel.jmx.enabled", "false");
    }
    if (mode.equals("mesh")) {
      MESH.forEach(name -> defaults.put("otel.instrumentation." + name + ".enabled", "true"));
    }
    defaults.put("otel.service.name", Mesh.service(options));
    return defaults;
  }

  /** Asks before the exporter does: with one that cannot bind, the whole agent would not start. */
  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      logger.severe(
          "weft.metrics.port: "
              + port
              + " cannot be listened on ("
              + e.getMessage()
              + "). This process has no metrics; all else works. Name a port that is free");
      return false;
    }
  }
}
