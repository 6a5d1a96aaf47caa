/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.RepeatedLog;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.agent.control.translate.XdsTable;
import dev.weft.protocol.names.TypeUrls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a table of resources as a file has them, in place of a policy server. Looks twice a second
 * whether the file changed. Not thread-safe; all on the control loop.
 */
public final class XdsFileSource {
  private static final Logger logger = Logger.getLogger(XdsFileSource.class.getName());
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private final ConfigFile file;
  private final ControlLoop loop;
  private final XdsTable table;
  private final Runnable changed;
  private final RepeatedLog log;
  private @Nullable FileStamp loaded;
  private boolean stopped;

  /**
   * Creates a source that has not looked yet.
   *
   * @param table what it keeps up
   * @param changed is told when the file was loaded
   */
  public XdsFileSource(Path path, ControlLoop loop, XdsTable table, Runnable changed) {
    this.file = new ConfigFile(path);
    this.loop = loop;
    this.table = table;
    this.changed = changed;
    this.log = new RepeatedLog(logger, loop);
  }

  /** Loads the file, and again whenever it changes. */
  public void start() {
    if (stopped) {
      return;
    }
    try {
      FileStamp stamp = FileStamp.of(file.path());
      if (!stamp.equals(loaded)) {
        load();
        loaded = stamp;
      }
    } catch (IOException e) {
      log.log(
          Level.WARNING,
          "read",
          "The configuration file cannot be read: "
              + e
              + ". What was loaded before stays in force; looking again every 500 ms");
    }
    loop.schedule(POLL_NANOS, this::start);
  }

  /** Looks no more. */
  public void stop() {
    stopped = true;
  }

  private void load() throws IOException {
    SavedConfig config = file.read();
    Set<String> present = new HashSet<>();
    for (XdsResource resource : config.resources()) {
      present.add(key(resource.typeUrl(), resource.name()));
      ResourceProblem problem = table.put(resource);
      if (problem != null && !problem.isApplied()) {
        log.log(
            Level.WARNING,
            problem.toString(),
            file.path() + ": not applied: " + problem.name() + ": " + problem.reason());
      }
    }
    for (String type : TypeUrls.MAKE_BEFORE_BREAK) {
      for (String name : table.versions(type).keySet()) {
        if (!present.contains(key(type, name))) {
          table.remove(type, name);
        }
      }
    }
    changed.run();
  }

  private static String key(String typeUrl, String name) {
    return typeUrl + " " + name;
  }
}
