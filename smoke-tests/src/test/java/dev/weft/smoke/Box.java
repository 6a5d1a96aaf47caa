/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Volume;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A container with at most 512 MiB and one CPU. Its port is published on a loopback port that stays
 * over restarts; its output goes to {@code target/containers} when it is closed. Thread-safe.
 */
final class Box implements AutoCloseable {
  /** What marks the containers, networks and volumes of these tests. */
  static final String LABEL = "dev.weft.smoke";

  private static final long MEMORY_BYTES = 512L << 20;
  private static final long ONE_CPU_NANOS = 1_000_000_000L;
  private static final int STOP_SECONDS = 30;
  private static final int TAIL_LINES = 60;
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private final Builder builder;
  private final GenericContainer<?> container;
  private final int hostPort = Http.freePort();

  private Box(Builder builder) {
    this.builder = builder;
    this.container = new Connected(builder.image, builder.networks);
    container
        .withImagePullPolicy(name -> false)
        .withEnv(builder.environment)
        .withLabel(LABEL, "true")
        .withCreateContainerCmdModifier(this::configure);
    builder.files.forEach(
        (host, path) ->
            container.withCopyFileToContainer(MountableFile.forHostPath(host, 0755), path));
    if (!builder.command.isEmpty()) {
      container.withCommand(builder.command.toArray(new String[0]));
    }
  }

  /** Describes a container; the name is for messages and its log. */
  static Builder of(String name, String image) {
    return new Builder(name, image);
  }

  /** Returns the URL of its published port without a slash at its end. */
  String url() {
    return "http://127.0.0.1:" + hostPort;
  }

  /** Returns its address in a network. */
  String address(Wire wire) {
    ContainerNetwork network = inspect().getNetworkSettings().getNetworks().get(wire.name());
    String address = network == null ? null : network.getIpAddress();
    if (address == null) {
      throw new IllegalStateException(builder.name + " is not in " + wire.name());
    }
    return address;
  }

  /** Returns what Docker says about it. */
  InspectContainerResponse inspect() {
    return docker().inspectContainerCmd(container.getContainerId()).exec();
  }

  /** Returns all it has printed, over its restarts. */
  String output() {
    return container.getLogs();
  }

  /** Starts it and waits until it answers. */
  Box start() {
    container.start();
    awaitUp();
    return this;
  }

  /** Ends it as with kill -9. */
  void kill() {
    docker().killContainerCmd(container.getContainerId()).exec();
    await("be dead", () -> !isRunning());
  }

  /** Ends it as with SIGTERM, and returns its exit code. */
  int stop() {
    docker().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
    Long code = inspect().getState().getExitCodeLong();
    return code == null ? -1 : code.intValue();
  }

  /** Starts it again after {@link #kill} or {@link #stop}, and waits until it answers. */
  void again() {
    docker().startContainerCmd(container.getContainerId()).exec();
    awaitUp();
  }

  /** Takes it out of a network, under connections that are open. */
  void cut(Wire wire) {
    docker()
        .disconnectFromNetworkCmd()
        .withContainerId(container.getContainerId())
        .withNetworkId(wire.id())
        .withForce(true)
        .exec();
  }

  /** Puts it back into a network, at the address it had. */
  void mend(Wire wire, String address) {
    docker()
        .connectToNetworkCmd()
        .withContainerId(container.getContainerId())
        .withNetworkId(wire.id())
        .withContainerNetwork(
            new ContainerNetwork()
                .withAliases(builder.networks.getOrDefault(wire, builder.name))
                .withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(address)))
        .exec();
  }

  /** Waits until the condition holds. */
  void await(String what, BooleanSupplier condition) {
    Await.until(builder.name + " to " + what, START_LIMIT, condition, this::tail);
  }

  /** Returns whether its process runs. */
  boolean isRunning() {
    return Boolean.TRUE.equals(inspect().getState().getRunning());
  }

  @Override
  public void close() {
    if (container.getContainerId() == null) {
      return;
    }
    try {
      Path log = Path.of("target", "containers", builder.name + ".log");
      Files.createDirectories(log.getParent());
      Files.writeString(log, output(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      container.stop();
    }
  }

  private void awaitUp() {
    String health = builder.health;
    Await.until(
        builder.name + " to answer",
        START_LIMIT,
        () -> {
          if (health == null ? Http.accepts(hostPort) : Http.isUp(url() + health)) {
            return true;
          }
          if (!isRunning()) {
            throw new IllegalStateException(builder.name + " ended before it answered" + tail());
          }
          return false;
        },
        this::tail);
  }

  private void configure(CreateContainerCmd command) {
    ExposedPort exposed = ExposedPort.tcp(builder.port);
    Ports.Binding published = Ports.Binding.bindIpAndPort("127.0.0.1", hostPort);
    HostConfig host = command.getHostConfig();
    if (host == null) {
      throw new IllegalStateException("no host configuration");
    }
    host.withPortBindings(new PortBinding(published, exposed))
        .withMemory(MEMORY_BYTES)
        .withMemorySwap(MEMORY_BYTES)
        .withNanoCPUs(ONE_CPU_NANOS)
        .withReadonlyRootfs(builder.readOnly);
    builder.volumes.forEach((volume, path) -> host.withBinds(new Bind(volume, new Volume(path))));
    command.withExposedPorts(exposed);
  }

  private String tail() {
    String[] lines = output().split("\n");
    int from = Math.max(0, lines.length - TAIL_LINES);
    return "\n--- the end of its output\n"
        + String.join("\n", List.of(lines).subList(from, lines.length));
  }

  private static DockerClient docker() {
    return DockerClientFactory.lazyClient();
  }

  /** A container that is in all its networks before its program runs. */
  private static final class Connected extends GenericContainer<Connected> {
    private final Map<Wire, String> networks;

    Connected(String image, Map<Wire, String> networks) {
      super(DockerImageName.parse(image));
      this.networks = Map.copyOf(networks);
      Map.Entry<Wire, String> first = networks.entrySet().iterator().next();
      withNetwork(first.getKey().network()).withNetworkAliases(first.getValue());
    }

    @Override
    protected void containerIsCreated(String id) {
      networks.forEach(
          (wire, alias) -> {
            if (!wire.network().equals(getNetwork())) {
              DockerClientFactory.lazyClient()
                  .connectToNetworkCmd()
                  .withContainerId(id)
                  .withNetworkId(wire.id())
                  .withContainerNetwork(new ContainerNetwork().withAliases(alias))
                  .exec();
            }
          });
    }
  }

  /** What to start. Not thread-safe. */
  static final class Builder {
    private final String name;
    private final String image;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<Wire, String> networks = new LinkedHashMap<>();
    private final Map<String, String> volumes = new LinkedHashMap<>();
    private final Map<Path, String> files = new LinkedHashMap<>();
    private List<String> command = List.of();
    private @Nullable String health = "/health";
    private int port = 8080;
    private boolean readOnly;

    private Builder(String name, String image) {
      this.name = name;
      this.image = image;
    }

    /** Puts it into a network under a name; its port is published in the first. */
    Builder in(Wire wire, String alias) {
      networks.put(wire, alias);
      return this;
    }

    /** Sets an environment variable. */
    Builder env(String key, String value) {
      environment.put(key, value);
      return this;
    }

    /** Sets the port that is published; 8080 by default. */
    Builder port(int newPort) {
      port = newPort;
      return this;
    }

    /** Sets the path that answers 2xx when it is up; null: it is up when it takes connections. */
    Builder health(@Nullable String path) {
      health = path;
      return this;
    }

    /** Keeps a folder in a named volume. */
    Builder volume(String volume, String path) {
      volumes.put(volume, path);
      return this;
    }

    /** Gives it a copy of a file or folder of this machine. */
    Builder file(Path host, String path) {
      files.put(host, path);
      return this;
    }

    /** Sets what it runs in place of what its image does. */
    Builder command(String... words) {
      command = List.of(words);
      return this;
    }

    /** Lets it write into its volumes only. */
    Builder readOnly() {
      readOnly = true;
      return this;
    }

    /** Describes it to Docker; nothing runs yet. */
    Box build() {
      return new Box(this);
    }

    /** Starts it and waits until it answers. */
    Box start() {
      Box box = build();
      try {
        return box.start();
      } catch (RuntimeException e) {
        box.close();
        throw e;
      }
    }
  }
}
