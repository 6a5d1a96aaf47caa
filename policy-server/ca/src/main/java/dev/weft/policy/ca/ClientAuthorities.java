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
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The CAs whose certificates people and their tools show to the API, from a PEM file that is read
 * again when it has changed. What cannot be used is logged, and what was read before stays.
 * Thread-safe.
 */
public final class ClientAuthorities {
  private static final Logger LOGGER = System.getLogger(ClientAuthorities.class.getName());

  private final Path file;
  private FileTime read;
  private List<X509Certificate> current;

  private ClientAuthorities(Path file) throws IOException {
    this.file = file;
    this.read = Files.getLastModifiedTime(file);
    this.current = load();
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it cannot be read, or has no certificate
   */
  public static ClientAuthorities open(Path file) throws IOException {
    return new ClientAuthorities(file);
  }

  /** Returns the CAs' certificates. */
  synchronized List<X509Certificate> current() {
    try {
      FileTime now = Files.getLastModifiedTime(file);
      if (!now.equals(read)) {
        read = now;
        current = load();
        LOGGER.log(Level.INFO, "The CAs of the API's users changed: " + file);
      }
    } catch (IOException e) {
      LOGGER.log(Level.ERROR, e.getMessage() + ". The CAs before stay in use");
    }
    return current;
  }

  private List<X509Certificate> load() throws IOException {
    List<X509Certificate> certificates;
    try {
      certificates = Pem.readCertificates(Files.readString(file));
    } catch (IOException e) {
      throw new IOException("the CAs of the API's users, " + file + ": " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new IOException("the CAs of the API's users, " + file + ": no certificate");
    }
    return certificates;
  }
}
