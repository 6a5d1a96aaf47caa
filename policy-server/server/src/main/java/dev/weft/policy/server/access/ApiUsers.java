/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.access;

import dev.weft.policy.ca.SpiffeId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The API's users: the administrator, whose token is made at the first start and kept in the data
 * directory for its user only, and those in a file, a line each: {@code <who> <role> <namespaces or
 * *> <name>}. Who is the SHA-256 of a bearer token in hex, the SPIFFE ID of a workload, or {@code
 * cn:} and the common name in a certificate of the users' own CAs. The file is read again when it
 * has changed; if it is wrong then, the users before stay. Thread-safe.
 */
public final class ApiUsers {
  private static final Logger LOGGER = System.getLogger(ApiUsers.class.getName());
  private static final String FILE_NAME = "admin-token";
  private static final int SECRET_BYTES = 32;
  private static final int FIELDS = 4;
  private static final String COMMON_NAME = "cn:";
  private static final String SPIFFE = "spiffe://";

  private final Map<String, User> administrator;
  private final @Nullable Path file;
  private final boolean haveOwnCas;

  /** What the file was when it was last looked at; null if it was not there. */
  private @Nullable Stamp stamp;

  /** By who, for a token its hash: looking one up takes no time that tells of its secret. */
  private Map<String, User> users;

  private ApiUsers(Map<String, User> administrator, @Nullable Path file, boolean haveOwnCas)
      throws IOException {
    this.administrator = Map.copyOf(administrator);
    this.file = file;
    this.haveOwnCas = haveOwnCas;
    if (file == null) {
      this.users = this.administrator;
    } else {
      this.stamp = Stamp.of(file);
      this.users = read(file);
    }
  }

  /**
   * Reads the users; makes the administrator's token if it is not there.
   *
   * @param file the users beside the administrator; null for none
   * @param haveOwnCas whether there are CAs for users' certificates
   * @throws IOException if a file cannot be read or written, or has a line that means nothing
   */
  public static ApiUsers open(Path dataDirectory, @Nullable Path file, boolean haveOwnCas)
      throws IOException {
    User admin = new User("admin", Role.ADMIN, Set.of());
    return new ApiUsers(Map.of(hash(adminToken(dataDirectory)), admin), file, haveOwnCas);
  }

  /** Returns whose token it is; null if it is nobody's. */
  @Nullable User byToken(String token) {
    return current().get(hash(token));
  }

  /** Returns which user shows a certificate of the mesh with this identity; null for none. */
  @Nullable User byIdentity(SpiffeId id) {
    return current().get(id.toString());
  }

  /** Returns which user shows a certificate of the users' CAs with this name; null for none. */
  @Nullable User byCommonName(String name) {
    return current().get(COMMON_NAME + name);
  }

  private synchronized Map<String, User> current() {
    if (file == null) {
      return users;
    }
    try {
      Stamp now = Stamp.of(file);
      if (!Objects.equals(now, stamp)) {
        stamp = now;
        users = read(file);
        LOGGER.log(Level.INFO, "The API's users changed: " + file);
      }
    } catch (IOException e) {
      LOGGER.log(
          Level.ERROR,
          "The API's users changed, and cannot be used: "
              + (e instanceof NoSuchFileException ? file + " is not there" : e.getMessage())
              + ". The users before stay");
    }
    return users;
  }

  private Map<String, User> read(Path from) throws IOException {
    Map<String, User> all = new HashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(from)) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        read(line.strip(), from + ":" + number, haveOwnCas, all);
      }
    }
    all.putAll(administrator);
    return Map.copyOf(all);
  }

  private static void read(String line, String where, boolean haveOwnCas, Map<String, User> users)
      throws IOException {
    String[] fields = line.split("\\s+");
    Role role = fields.length == FIELDS ? Role.of(fields[1]) : null;
    if (role == null || !isSomebody(fields[0])) {
      throw new IOException(
          where
              + " means nothing (expected: SHA-256 of the token in hex, spiffe://... or cn:NAME;"
              + " reader, editor or admin; namespaces with commas or *; a name)");
    }
    if (fields[0].startsWith(COMMON_NAME) && !haveOwnCas) {
      throw new IOException(
          where + " is for certificates of CAs that are not known (expected: --api-client-ca)");
    }
    Set<String> namespaces = fields[2].equals("*") ? Set.of() : Set.of(fields[2].split(","));
    users.put(fields[0], new User(fields[3], role, namespaces));
  }

  private static boolean isSomebody(String who) {
    if (!who.startsWith(SPIFFE)) {
      return who.matches("[0-9a-f]{64}|" + COMMON_NAME + ".+");
    }
    try {
      return SpiffeId.parse(who).toString().equals(who);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String adminToken(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      Files.createDirectories(dataDirectory);
      byte[] secret = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(secret);
      Files.createFile(file, ownerOnly());
      Files.writeString(
          file, Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n");
    }
    String token = Files.readString(file).strip();
    if (token.length() < SECRET_BYTES) {
      throw new IOException(file + " is too short for a secret; remove it to have one made");
    }
    return token;
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** What tells one state of a file from another. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {
    static @Nullable Stamp of(Path file) throws IOException {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (NoSuchFileException e) {
        return null;
      }
    }
  }

  private static String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
