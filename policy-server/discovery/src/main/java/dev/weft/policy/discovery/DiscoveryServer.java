/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.compiler.Compilation;
import dev.weft.policy.compiler.Snapshot;
import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.policy.discovery.registry.Registry;
import dev.weft.policy.discovery.registry.RegistryService;
import dev.weft.policy.store.Store;
import io.grpc.BindableService;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Discovery, whole: follows a store, takes announcements, compiles, and serves. Thread-safe; its
 * threads are its own, daemons named {@code weft-discovery-*}.
 */
public final class DiscoveryServer implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(DiscoveryServer.class.getName());
  private static final int REMEMBERED_REFUSALS = 1000;

  private final Threads threads;
  private final Registry registry;
  private final Publisher publisher;
  private final AdsService ads;
  private final RegistryService registryService;
  private final DiscoveryObserver observer;
  private final Executor observerCalls;

  /** What was logged already; the newest are remembered. */
  private final Set<String> loggedRefusals =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > REMEMBERED_REFUSALS;
            }
          });

  private volatile boolean isRecovering = true;

  private DiscoveryServer(
      Store store,
      DiscoverySettings settings,
      DiscoveryObserver observer,
      Threads threads,
      Timer timer) {
    this.threads = threads;
    this.observer = observer;
    this.observerCalls = new SerialExecutor(threads.workers());
    this.registry = new Registry(settings.lease(), timer);
    this.publisher =
        new Publisher(settings, registry::workloads, timer, threads.workers(), this::publish);
    String identity = store.identity();
    this.ads = new AdsService(new Context(identity), threads.workers());
    this.registryService = new RegistryService(registry, identity, settings.lease());
  }

  /**
   * Starts discovery of what a store holds. When this returns what is stored now is compiled.
   *
   * @param observer is told of refusals and findings
   */
  public static DiscoveryServer create(
      Store store, DiscoverySettings settings, DiscoveryObserver observer) {
    Threads threads = new Threads();
    return create(store, settings, observer, threads, threads.timer());
  }

  static DiscoveryServer create(
      Store store,
      DiscoverySettings settings,
      DiscoveryObserver observer,
      Threads threads,
      Timer timer) {
    DiscoveryServer server = new DiscoveryServer(store, settings, observer, threads, timer);
    server.registry.observe(server::workloadsChanged);
    server.publisher.start(store);
    timer.after(settings.lease(), server::recovered);
    return server;
  }

  private void workloadsChanged() {
    publisher.workloadsChanged();
    observerCalls.execute(() -> observer.onWorkloads(registry.agents()));
  }

  private void recovered() {
    isRecovering = false;
    ads.push();
  }

  private void publish(Publisher.Published published) {
    ads.push();
    observerCalls.execute(
        () -> observer.onCompiled(published.revision(), published.compilation().findings()));
  }

  private void refused(Nack nack) {
    observerCalls.execute(
        () -> {
          Level level =
              loggedRefusals.add(nack.typeUrl() + nack.names() + nack.message())
                  ? Level.WARNING
                  : Level.DEBUG;
          LOGGER.log(
              level,
              "{0} refused {1} {2} and keeps what it had; it is not sent again before it changes."
                  + " Reason: {3}",
              nack.nodeId(),
              nack.typeUrl(),
              nack.names(),
              nack.message());
          observer.onNack(nack);
        });
  }

  /** Returns the gRPC service that pushes. */
  public BindableService ads() {
    return ads;
  }

  /** Returns the gRPC service that takes announcements. */
  public BindableService registry() {
    return registryService;
  }

  /** Returns the agents that are announced, in the order of namespace, service and instance. */
  public List<AgentView> agents() {
    return registry.agents();
  }

  /**
   * Returns what an agent gets that is in a namespace and has these labels.
   *
   * @param locality where it is, {@code region/zone/subzone}; empty if that is not known
   */
  public Pushed pushedTo(String namespace, Map<String, String> labels, String locality) {
    Publisher.Published published = publisher.current();
    Compilation compilation = published.compilation();
    return new Pushed(
        published.revision(),
        compilation.snapshot(compilation.audience(namespace, labels, locality)));
  }

  /** Returns what is in effect now. */
  Publisher.Published current() {
    return publisher.current();
  }

  /** Returns how many ADS streams are open. */
  public int connectedStreams() {
    return ads.connected();
  }

  /** Ends all streams and follows the store no longer. */
  @Override
  public void close() {
    publisher.close();
    ads.close();
    registryService.close();
    threads.close();
  }

  /**
   * What an agent gets.
   *
   * @param revision the store's revision that it was made of
   * @param snapshot the resources
   */
  public record Pushed(long revision, Snapshot snapshot) {}

  private final class Context implements AdsContext {
    private final String identity;

    Context(String identity) {
      this.identity = identity;
    }

    @Override
    public String controlPlaneIdentity() {
      return identity;
    }

    @Override
    public Publisher.Published current() {
      return publisher.current();
    }

    @Override
    public boolean isRecovering() {
      return isRecovering;
    }

    @Override
    public void refused(Nack nack) {
      DiscoveryServer.this.refused(nack);
    }
  }
}
