/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An identity in a folder, in one file that only this user may read: private key, certificates, and
 * the trust bundle behind a line of its own. Not thread-safe.
 */
final class SavedIdentity {
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";
  private static final String BUNDLE = "Trust bundle\n";

  private final Path file;

  SavedIdentity(Path folder, SpiffeId id) {
    this.file = folder.resolve(id.namespace() + "." + id.serviceAccount() + ".pem");
  }

  /** Returns the file. */
  Path file() {
    return file;
  }

  /** Writes it; a crash leaves the old one or the new one. */
  void save(WorkloadIdentity identity) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder, permissions("rwx------"));
    }
    String text =
        Pem.encode("PRIVATE KEY", identity.key().getEncoded())
            + Pem.encode(identity.chain())
            + BUNDLE
            + identity.bundle().pem();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            permissions("rw-------"))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads what was saved.
   *
   * @return null if nothing was
   * @throws IOException if it cannot be read or used
   */
  @Nullable WorkloadIdentity load() throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    String text = Files.readString(file);
    int chain = text.indexOf(KEY_END) + KEY_END.length();
    int bundle = text.indexOf(BUNDLE);
    if (!text.startsWith(KEY_BEGIN) || bundle < chain) {
      throw new IOException(file + " is not an identity that Weft saved");
    }
    try {
      byte[] der =
          Base64.getMimeDecoder()
              .decode(text.substring(KEY_BEGIN.length(), chain - KEY_END.length()));
      PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
      return WorkloadIdentity.of(
          key,
          Pem.certificates(text.substring(chain, bundle)),
          TrustBundle.ofPem(text.substring(bundle + BUNDLE.length())));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static FileAttribute<?>[] permissions(String permissions) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
