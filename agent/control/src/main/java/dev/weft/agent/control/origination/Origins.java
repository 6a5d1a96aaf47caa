/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.RepeatedLog;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.UpstreamTls.Originated;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Origin;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives a configuration the TLS contexts of what is called outside of the mesh, and looks every
 * second whether the files that they are made of changed. Not thread-safe; all on the control loop.
 */
public final class Origins {
  private static final Logger logger = Logger.getLogger(Origins.class.getName());
  private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ControlLoop loop;
  private final Runnable changed;
  private final RepeatedLog log;
  private final OriginContexts contexts = new OriginContexts();
  private final Map<Settings, OriginSource> sources = new HashMap<>();

  /** What uses them, by the clusters' names. */
  private final Map<String, OriginSource> users = new TreeMap<>();

  private ControlLoop.@Nullable Timer timer;

  /**
   * Creates one that looks at nothing yet.
   *
   * @param changed is told when a context or a problem is another: {@link #resolve} gives it
   */
  public Origins(ControlLoop loop, Runnable changed) {
    this.loop = loop;
    this.changed = changed;
    this.log = new RepeatedLog(logger, loop);
  }

  /**
   * Returns a configuration with the contexts that it orders. Files that it names for the first
   * time are read now.
   */
  public MeshConfig resolve(MeshConfig config) {
    Map<String, ClusterConfig> clusters = new HashMap<>();
    Set<Settings> used = new HashSet<>();
    users.clear();
    config.clusters().forEach((name, cluster) -> clusters.put(name, resolve(cluster, used)));
    sources.keySet().retainAll(used);
    if (sources.isEmpty()) {
      stop();
      return config;
    }
    if (timer == null) {
      timer = loop.schedule(POLL_NANOS, this::look);
    }
    return config.with(clusters);
  }

  /** Returns what is wrong with files, cluster by cluster. */
  public List<ResourceProblem> problems() {
    List<ResourceProblem> problems = new ArrayList<>();
    users.forEach(
        (cluster, source) -> {
          if (!source.problem().isEmpty()) {
            problems.add(
                new ResourceProblem(
                    TypeUrls.CLUSTER,
                    cluster,
                    source.origin().context() == null
                        ? ResourceProblem.State.REFUSED
                        : ResourceProblem.State.KEPT_LAST_GOOD,
                    source.problem()));
          }
        });
    return problems;
  }

  /** Looks no more. */
  public void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private ClusterConfig resolve(ClusterConfig cluster, Set<Settings> used) {
    List<EndpointConfig> resolved = new ArrayList<>(cluster.endpoints().size());
    boolean isOriginated = false;
    for (EndpointConfig endpoint : cluster.endpoints()) {
      if (endpoint.tls() instanceof Originated wanted) {
        isOriginated = true;
        Origin origin = origin(cluster.name(), wanted.settings(), used);
        resolved.add(endpoint.with(new Originated(wanted.settings(), origin)));
      } else {
        resolved.add(endpoint);
      }
    }
    return isOriginated ? cluster.with(resolved) : cluster;
  }

  private Origin origin(String cluster, Settings settings, Set<Settings> used) {
    OriginSource source = sources.get(settings);
    if (source == null) {
      source = new OriginSource(settings, contexts, log);
      source.refresh();
      sources.put(settings, source);
    }
    used.add(settings);
    users.put(cluster, source);
    return source.origin();
  }

  private void look() {
    timer = loop.schedule(POLL_NANOS, this::look);
    boolean isOther = false;
    for (OriginSource source : sources.values()) {
      isOther |= source.refresh();
    }
    if (isOther) {
      changed.run();
    }
  }
}
