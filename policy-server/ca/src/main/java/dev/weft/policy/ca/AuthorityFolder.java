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
  private static final String KEY = "ca-key.pem";
  private static final String CERTIFICATE = "ca-cert.pem";
  private static final String ROOTS = "root-cert.pem";
  private static final String CHAIN = "cert-chain.pem";
  private static final List<String> FILES = List.of(KEY, CERTIFICATE, ROOTS, CHAIN);

  private final Path folder;
  private List<FileTime> read;
  private Authority current;

  private AuthorityFolder(Path folder) throws IOException {
    this.folder = folder;
    this.read = times();
    this.current = load(folder);
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
    if (!Files.exists(folder.resolve(KEY))) {
      PrivateFiles.makeFolder(folder);
      save(folder, Certificates.newRoot(trustDomain, clock));
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
        Authority changed = load(folder);
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

  /**
   * Reads a CA as it is now.
   *
   * @throws IOException if its files are missing or do not belong together
   */
  static Authority load(Path folder) throws IOException {
    try {
      PrivateKey key = Pem.readKey(text(folder, KEY));
      List<X509Certificate> own = Pem.readCertificates(text(folder, CERTIFICATE));
      List<X509Certificate> roots = roots(folder);
      if (own.isEmpty()) {
        throw new IOException(CERTIFICATE + ": no certificate");
      }
      List<X509Certificate> between = new ArrayList<>(own.subList(1, own.size()));
      if (Files.exists(folder.resolve(CHAIN))) {
        between.addAll(Pem.readCertificates(text(folder, CHAIN)));
      }
      between.removeIf(
          certificate -> certificate.equals(own.get(0)) || roots.contains(certificate));
      return new Authority(key, own.get(0), between, roots).checked();
    } catch (IOException e) {
      throw new IOException("the CA in " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Writes a CA; what of it was there is replaced, the key last. */
  static void save(Path folder, Authority authority) throws IOException {
    saveRoots(folder, authority.roots());
    if (authority.intermediates().isEmpty()) {
      Files.deleteIfExists(folder.resolve(CHAIN));
    } else {
      PrivateFiles.write(folder.resolve(CHAIN), Pem.certificates(authority.intermediates()));
    }
    PrivateFiles.write(
        folder.resolve(CERTIFICATE), Pem.certificates(List.of(authority.certificate())));
    // The last: without it the folder counts as empty.
    PrivateFiles.write(folder.resolve(KEY), Pem.key(authority.key()));
  }

  /** Reads the trust bundle alone. */
  static List<X509Certificate> roots(Path folder) throws IOException {
    return Pem.readCertificates(text(folder, ROOTS));
  }

  static void saveRoots(Path folder, List<X509Certificate> roots) throws IOException {
    PrivateFiles.write(folder.resolve(ROOTS), Pem.certificates(roots));
  }

  private static String text(Path folder, String file) throws IOException {
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
