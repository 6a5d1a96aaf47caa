/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import dev.weft.agent.control.channel.ControlLoop;
import dev.weft.agent.control.channel.RepeatedLog;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The last good configuration of a service on this machine's disk. Instances of the same service
 * share it. Not thread-safe; all on the control loop, which it blocks for as long as the disk
 * takes.
 */
public final class LastGoodCache {
  private static final Logger logger = Logger.getLogger(LastGoodCache.class.getName());
  private static final long DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private final ConfigFile file;
  private final ControlLoop loop;
  private final Supplier<SavedConfig> content;
  private final RepeatedLog log;
  private ControlLoop.@Nullable Timer timer;

  /**
   * Creates a cache.
   *
   * @param folder where the file is, made if it is missing
   * @param name the file's name without its ending; what does not suit a file name is replaced
   * @param content gives what to save
   */
  public LastGoodCache(Path folder, String name, ControlLoop loop, Supplier<SavedConfig> content) {
    this.file = new ConfigFile(folder.resolve(fileName(name) + ".xds"));
    this.loop = loop;
    this.content = content;
    this.log = new RepeatedLog(logger, loop);
  }

  /** Returns what was saved; null if there is nothing, or nothing that can be read. */
  public @Nullable SavedConfig load() {
    try {
      return file.read();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      log.log(
          Level.WARNING,
          "read",
          "The last good configuration cannot be read: "
              + e
              + ". Starting without it; it is written anew when the policy server has answered");
      return null;
    }
  }

  /** Saves within a second. Changes until then are saved together. */
  public void saveSoon() {
    if (timer == null) {
      timer = loop.schedule(DELAY_NANOS, this::save);
    }
  }

  /** Saves what waits to be saved, now. */
  public void flush() {
    if (timer != null) {
      timer.cancel();
      save();
    }
  }

  private void save() {
    timer = null;
    try {
      file.write(content.get());
    } catch (IOException e) {
      log.log(
          Level.SEVERE,
          "write",
          "The last good configuration cannot be saved: "
              + e
              + ". The mesh works on, but a restart while the policy server is away starts without"
              + " rules. Make "
              + file.path()
              + " writable");
    }
  }

  private static String fileName(String name) {
    StringBuilder safe = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      safe.append(plain || (c == '.' && i > 0) ? c : '_');
    }
    return safe.toString();
  }
}
