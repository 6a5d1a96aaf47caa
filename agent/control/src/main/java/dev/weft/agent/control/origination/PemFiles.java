/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.PrivateKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Reads certificates and keys; what is wrong is said with the file's name. Stateless. */
final class PemFiles {
  /** All the CAs of the web take a quarter of it. */
  private static final long MOST_BYTES = 1 << 20;

  private PemFiles() {}

  static List<X509Certificate> certificates(String file) throws IOException {
    String text = text(file);
    try {
      return Pem.certificates(text);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": no certificates in PEM: " + e.getMessage(), e);
    }
  }

  static PrivateKey privateKey(String file, PublicKey owner) throws IOException {
    String text = text(file);
    try {
      return PrivateKeys.ofPem(text, owner);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static String text(String file) throws IOException {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MOST_BYTES) {
        throw new IOException(file + ": larger than 1 MiB (expected: certificates or a key)");
      }
      return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": this process may not read it", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": not the name of a file", e);
    }
  }
}
