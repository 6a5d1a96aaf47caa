/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import dev.weft.agent.control.cache.FileStamp;
import dev.weft.agent.control.channel.RepeatedLog;
import dev.weft.agent.engine.config.UpstreamTls.Originated.CertificateFiles;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Origin;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * The files of one kind of TLS, and the context that was made of them last. Files that cannot be
 * used leave the context before in force; without one there is none. Not thread-safe.
 */
final class OriginSource {
  private final Settings settings;
  private final OriginContexts contexts;
  private final RepeatedLog log;
  private final List<String> files;
  private Map<String, FileStamp> read = Map.of();
  private Origin origin = Origin.UNREAD;
  private String problem = origin.problem();

  /**
   * Creates one that has read nothing.
   *
   * @param log says what is wrong, once for all that use the same file
   */
  OriginSource(Settings settings, OriginContexts contexts, RepeatedLog log) {
    this.settings = settings;
    this.contexts = contexts;
    this.log = log;
    this.files = files(settings);
  }

  private static List<String> files(Settings settings) {
    List<String> files = new ArrayList<>();
    if (!settings.trust().authorities().isEmpty()) {
      files.add(settings.trust().authorities());
    }
    CertificateFiles certificate = settings.certificate();
    if (certificate != null) {
      files.add(certificate.chain());
      files.add(certificate.privateKey());
    }
    return List.copyOf(files);
  }

  /** Returns what is in force. */
  Origin origin() {
    return origin;
  }

  /** Returns what is wrong with the files as they are; empty if nothing. */
  String problem() {
    return problem;
  }

  /** Reads the files if they changed or cannot be used. Returns whether anything is another now. */
  boolean refresh() {
    Map<String, FileStamp> now = stamps();
    if (problem.isEmpty() && now.equals(read)) {
      return false;
    }
    String before = problem;
    read = now;
    try {
      origin = contexts.make(settings);
      problem = "";
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      problem = String.valueOf(e.getMessage());
      if (origin.context() == null) {
        origin = new Origin(0, null, problem);
      }
    }
    if (problem.isEmpty() || !problem.equals(before)) {
      tell(before);
      return true;
    }
    return false;
  }

  private void tell(String before) {
    if (!problem.isEmpty()) {
      boolean isRefused = origin.context() == null;
      log.log(
          isRefused ? Level.SEVERE : Level.WARNING,
          problem,
          problem
              + (isRefused
                  ? ". Calls that need it for TLS are refused until it can be used"
                  : ". What was read before stays in force"));
    } else if (!before.equals(Origin.UNREAD.problem())) {
      log.log(
          Level.INFO,
          "read " + origin.epoch(),
          "TLS by " + String.join(", ", files) + " is in force, as the files are now");
    }
  }

  /** Returns what the files that are there look like. */
  private Map<String, FileStamp> stamps() {
    Map<String, FileStamp> stamps = new HashMap<>();
    for (String file : files) {
      FileStamp stamp = stamp(file);
      if (stamp != null) {
        stamps.put(file, stamp);
      }
    }
    return stamps;
  }

  private static @Nullable FileStamp stamp(String file) {
    try {
      return FileStamp.of(Path.of(file));
    } catch (IOException | InvalidPathException e) {
      return null; // whoever reads it says why
    }
  }
}
