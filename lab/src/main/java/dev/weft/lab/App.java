/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An unchanged application in a process of its own, with or without the agent, on a loopback port.
 */
public final class App implements AutoCloseable {
  private final Builder builder;
  private JavaProcess process;

  private App(Builder builder) {
    this.builder = builder;
    this.process = builder.launch();
  }

  /** Describes an application by the name of its folder under {@code test-apps}. */
  public static Builder of(String jar) {
    return new Builder(jar);
  }

  /** Returns the URL without a slash at its end. */
  public String url() {
    return "http://127.0.0.1:" + builder.port;
  }

  /** Returns the port it listens on. */
  public int port() {
    return builder.port;
  }

  /** Returns the file that its output goes to. */
  public Path log() {
    return builder.log();
  }

  /** Returns its process. */
  public JavaProcess process() {
    return process;
  }

  /** Ends it as a user would. */
  public void stop() {
    process.stop();
  }

  /** Ends it and starts it again as it was, and waits until it answers. */
  public void restart() {
    process.stop();
    process = builder.launch();
  }

  @Override
  public void close() {
    process.close();
  }

  /** What to start. Not thread-safe. */
  public static final class Builder {
    private static final int TOKEN_SECONDS = 604_800;
    private final String jar;
    private final List<String> jvmArguments = new ArrayList<>();
    private final Map<String, String> options = new TreeMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Jdk jdk = Jdk.current();
    private @Nullable Path agent;
    private final Map<String, String> labels = new TreeMap<>();
    private @Nullable String health = "/health";
    private int port;
    private Path folder = Path.of("target");
    private String name;

    private Builder(String jar) {
      this.jar = jar;
      this.name = jar;
    }

    /** Names the process and its log; the application's own name is the default. */
    public Builder name(String newName) {
      name = newName;
      return this;
    }

    /** Sets what runs it. */
    public Builder jdk(Jdk newJdk) {
      jdk = newJdk;
      return this;
    }

    /** Sets where its log goes. */
    public Builder folder(Path newFolder) {
      folder = newFolder;
      return this;
    }

    /** Gives it the agent, as a service of the mesh on the port that callers use. */
    public Builder agent(String service, int servicePort) {
      option("weft.service.port", Integer.toString(servicePort));
      return agent(service);
    }

    /** Gives it the agent, as a service of the mesh. */
    public Builder agent(String service) {
      agent = Artifacts.agent();
      option("weft.service", service);
      return option("weft.address", "127.0.0.1");
    }

    /** Connects its agent to the server. */
    public Builder server(PolicyServer server) {
      return option("weft.server", server.address());
    }

    /** Lets it prove to the server that it runs as a service account. */
    public Builder identity(PolicyServer server, String serviceAccount) {
      option("weft.service.account", serviceAccount);
      return option(
          "weft.identity.token",
          server.token(serviceAccount, "\"reusable\":true,\"lifetimeSeconds\":" + TOKEN_SECONDS));
    }

    /** Sets a {@code -D} option. */
    public Builder option(String key, String value) {
      options.put(key, value);
      return this;
    }

    /** Adds an argument for the JVM. */
    public Builder jvm(String argument) {
      jvmArguments.add(argument);
      return this;
    }

    /** Sets an environment variable. */
    public Builder env(String key, String value) {
      environment.put(key, value);
      return this;
    }

    /** Sets the path that answers 2xx when the application is up; {@code /health} by default. */
    public Builder health(String path) {
      health = path;
      return this;
    }

    /** Takes it as up when its port takes connections: for servers that do not speak HTTP/1.1. */
    public Builder healthByConnecting() {
      health = null;
      return this;
    }

    /** Gives the workload a label, such as {@code version}. */
    public Builder label(String key, String value) {
      labels.put(key, value);
      return option(
          "weft.labels",
          labels.entrySet().stream()
              .map(label -> label.getKey() + "=" + label.getValue())
              .collect(Collectors.joining(",")));
    }

    /** Starts it and waits until it answers. */
    public App start() {
      port = Http.freePort();
      return new App(this);
    }

    private Path log() {
      return folder.resolve(name + ".log");
    }

    private JavaProcess launch() {
      List<String> arguments = new ArrayList<>();
      arguments.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
      // The JDK's server sends head and body apart, and each answer would wait for a delayed ACK.
      arguments.add("-Dsun.net.httpserver.nodelay=true");
      arguments.addAll(jvmArguments);
      if (agent != null) {
        arguments.add("-javaagent:" + agent);
      }
      options.forEach((key, value) -> arguments.add("-D" + key + "=" + value));
      arguments.add("-jar");
      arguments.add(Artifacts.app(jar).toString());
      Map<String, String> all = new LinkedHashMap<>(environment);
      all.put("PORT", Integer.toString(port));
      JavaProcess started = JavaProcess.start(name, jdk, arguments, all, log());
      try {
        started.await("answer on port " + port, Duration.ofMinutes(3), this::isUp);
      } catch (RuntimeException e) {
        started.kill();
        throw e;
      }
      return started;
    }

    private boolean isUp() {
      return health == null ? Http.accepts(port) : Http.isUp("http://127.0.0.1:" + port + health);
    }
  }
}
