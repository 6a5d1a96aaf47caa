/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CA's folder, with the file names that Istio uses for the same: {@code ca-key.pem}, {@code
 * ca-cert.pem}, {@code root-cert.pem} (all that are trusted), and {@code cert-chain.pem} if the CA
 * is an intermediate one. The files are read again when they have changed, so that a CA can be
 * replaced without a restart; what cannot be used is logged, and what was read before stays.
 * Thread-safe.
 */
final class AuthorityFolder {
  private static final Logger LOGGER = System.getLogger(AuthorityFolder.class.getName());
  private static final List<String> FILES =
      List.of("ca-key.pem", "ca-cert.pem", "root-cert.pem", "cert-chain.pem");

  private final Path folder;
  private List<FileTime> read;
  private Authority current;

  private AuthorityFolder(Path folder) throws IOException {
    this.folder = folder;
    this.read = times();
    this.current = load();
  }

  /**
   * Opens a folder that has a CA.
   *
   * @throws IOException if its files are missing or do not belong together
   */
  static AuthorityFolder open(Path folder) throws IOException {
    return new AuthorityFolder(folder);
  }

  /**
   * Opens a folder; makes it, and a root CA of its own, if there is no key yet.
   *
   * @throws IOException if there is one that cannot be used, or none can be made
   */
  static AuthorityFolder openOrMake(Path folder, String trustDomain, Clock clock)
      throws IOException {
    if (!Files.exists(folder.resolve("ca-key.pem"))) {
      PrivateFiles.makeFolder(folder);
      Authority made = Certificates.newRoot(trustDomain, clock);
      PrivateFiles.write(folder.resolve("root-cert.pem"), Pem.certificates(made.roots()));
      PrivateFiles.write(
          folder.resolve("ca-cert.pem"), Pem.certificates(List.of(made.certificate())));
      // The last: without it the folder counts as empty.
      PrivateFiles.write(folder.resolve("ca-key.pem"), Pem.key(made.key()));
      LOGGER.log(Level.INFO, "Made a CA of its own in " + folder);
    }
    return new AuthorityFolder(folder);
  }

  /** Returns what the files hold, or held when they could last be used. */
  synchronized Authority current() {
    List<FileTime> now = times();
    if (!now.equals(read)) {
      read = now;
      try {
        Authority changed = load();
        if (!changed.equals(current)) {
          current = changed;
          LOGGER.log(Level.INFO, "The CA changed: " + changed + ", roots: " + changed.pins());
        }
      } catch (IOException e) {
        LOGGER.log(
            Level.ERROR,
            "The CA in "
                + folder
                + " changed and cannot be used: "
                + e.getMessage()
                + ". The one before stays in use");
      }
    }
    return current;
  }

  private Authority load() throws IOException {
    try {
      PrivateKey key = Pem.readKey(text("ca-key.pem"));
      List<X509Certificate> own = Pem.readCertificates(text("ca-cert.pem"));
      List<X509Certificate> roots = Pem.readCertificates(text("root-cert.pem"));
      if (own.isEmpty()) {
        throw new IOException("ca-cert.pem: no certificate");
      }
      List<X509Certificate> between = new ArrayList<>(own.subList(1, own.size()));
      if (Files.exists(folder.resolve("cert-chain.pem"))) {
        between.addAll(Pem.readCertificates(text("cert-chain.pem")));
      }
      between.removeIf(
          certificate -> certificate.equals(own.get(0)) || roots.contains(certificate));
      return new Authority(key, own.get(0), between, roots).checked();
    } catch (IOException e) {
      throw new IOException("the CA in " + folder + ": " + e.getMessage(), e);
    }
  }

  private String text(String file) throws IOException {
    Path path = folder.resolve(file);
    if (!Files.exists(path)) {
      throw new IOException(file + " is missing");
    }
    return Files.readString(path);
  }

  private List<FileTime> times() {
    List<FileTime> times = new ArrayList<>();
    for (String file : FILES) {
      @Nullable FileTime time = null;
      try {
        time = Files.getLastModifiedTime(folder.resolve(file));
      } catch (IOException e) {
        // It is not there, which is a state like another.
      }
      times.add(time == null ? FileTime.fromMillis(0) : time);
    }
    return times;
  }
}
