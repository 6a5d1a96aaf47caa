/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The join tokens, kept in a file without their secrets. A token's text is {@code
 * weft1.<id>.<secret>.<pin>}, with one pin more for each further root: the SHA-256 of the root CA's
 * public key, by which an agent checks the server before it sends the token. Thread-safe; writes
 * block for the disk.
 */
public final class JoinTokens {
  /** What every token's text begins with. */
  public static final String PREFIX = "weft1.";

  /** How long the one who used a token may ask again with the same key, if no answer came. */
  static final Duration SECOND_CHANCE = Duration.ofMinutes(10);

  /** How long a token is remembered after its end, so that its use is refused with the reason. */
  static final Duration REMEMBERED = Duration.ofDays(30);

  private static final int MOST_TOKENS = 10_000;
  private static final int ID_BYTES = 6;
  private static final int SECRET_BYTES = 32;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Path file;
  private final Clock clock;

  /** By id. Guarded by this. */
  private final Map<String, JoinToken> tokens = new LinkedHashMap<>();

  private JoinTokens(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * Opens the tokens in a folder.
   *
   * @throws IOException if the file cannot be read
   */
  public static JoinTokens open(Path folder, Clock clock) throws IOException {
    PrivateFiles.makeFolder(folder);
    JoinTokens opened = new JoinTokens(folder.resolve("join-tokens.json"), clock);
    if (Files.exists(opened.file)) {
      for (Map<String, String> fields :
          JSON.readValue(opened.file.toFile(), new TypeReference<List<Map<String, String>>>() {})) {
        JoinToken token = read(fields);
        opened.tokens.put(token.id(), token);
      }
    }
    return opened;
  }

  /**
   * Makes a token.
   *
   * @param pins the SHA-256 of the trusted roots' public keys, in base64url
   * @return the token's text, which is not kept anywhere, and what is kept of it
   * @throws IOException if it cannot be written, or there are too many
   */
  public synchronized Created create(
      String namespace,
      String serviceAccount,
      boolean reusable,
      Duration lifetime,
      List<String> pins)
      throws IOException {
    Instant now = clock.instant();
    tokens.values().removeIf(token -> token.expires().plus(REMEMBERED).isBefore(now));
    if (tokens.size() >= MOST_TOKENS) {
      throw new IOException("there are " + tokens.size() + " join tokens, the most there may be");
    }
    String id = HexFormat.of().formatHex(Certificates.random(ID_BYTES));
    String secret = BASE64.encodeToString(Certificates.random(SECRET_BYTES));
    JoinToken token =
        new JoinToken(
            id,
            hash(secret.getBytes(StandardCharsets.US_ASCII)),
            namespace,
            serviceAccount,
            reusable,
            now,
            now.plus(lifetime),
            null,
            null,
            "");
    put(token);
    return new Created(PREFIX + id + "." + secret + "." + String.join(".", pins), token);
  }

  /** Returns all tokens, the oldest first. */
  public synchronized List<JoinToken> list() {
    return List.copyOf(tokens.values());
  }

  /**
   * Revokes a token; certificates that were had by it stay good until they end.
   *
   * @return what is kept of it; null if there is none of that id
   * @throws IOException if it cannot be written
   */
  public synchronized @Nullable JoinToken revoke(String id) throws IOException {
    JoinToken token = tokens.get(id);
    if (token == null || token.revoked() != null) {
      return token;
    }
    JoinToken revoked = token.revokedAt(clock.instant());
    put(revoked);
    return revoked;
  }

  /**
   * Takes a token for a key and notes its use, durably.
   *
   * @param text the token as the caller sent it
   * @return whose namespace and service account the caller has
   * @throws Refusal if it is not good, or no longer
   * @throws IOException if its use cannot be written
   */
  synchronized JoinToken redeem(String text, PublicKey key) throws Refusal, IOException {
    String[] parts = text.split("\\.", -1);
    JoinToken token = parts.length >= 3 ? tokens.get(parts[1]) : null;
    if (token == null || !isSame(token.hash(), parts[2])) {
      throw new Refusal(
          Refusal.Reason.TOKEN_UNKNOWN, "this policy server has no such join token; make one anew");
    }
    Instant now = clock.instant();
    if (token.revoked() != null) {
      throw new Refusal(
          Refusal.Reason.TOKEN_REVOKED,
          "the join token " + token.id() + " was revoked at " + token.revoked());
    }
    if (!now.isBefore(token.expires())) {
      throw new Refusal(
          Refusal.Reason.TOKEN_EXPIRED,
          "the join token " + token.id() + " expired at " + token.expires());
    }
    String user = hash(key.getEncoded());
    Instant used = token.used();
    if (!token.reusable()
        && used != null
        && !(token.usedBy().equals(user) && now.isBefore(used.plus(SECOND_CHANCE)))) {
      throw new Refusal(
          Refusal.Reason.TOKEN_USED,
          "the join token " + token.id() + " was good for one use, which was made at " + used);
    }
    if (used == null || (token.reusable() && !token.usedBy().equals(user))) {
      put(token.usedAt(now, user));
    }
    return token;
  }

  private void put(JoinToken token) throws IOException {
    JoinToken before = tokens.put(token.id(), token);
    try {
      List<Map<String, String>> all = new ArrayList<>();
      tokens.values().forEach(one -> all.add(write(one)));
      PrivateFiles.write(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
    } catch (IOException e) {
      if (before == null) {
        tokens.remove(token.id());
      } else {
        tokens.put(token.id(), before);
      }
      throw e;
    }
  }

  private static boolean isSame(String hash, String secret) {
    return MessageDigest.isEqual(
        hash.getBytes(StandardCharsets.US_ASCII),
        hash(secret.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.US_ASCII));
  }

  private static String hash(byte[] bytes) {
    try {
      return BASE64.encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static Map<String, String> write(JoinToken token) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("id", token.id());
    fields.put("hash", token.hash());
    fields.put("namespace", token.namespace());
    fields.put("serviceAccount", token.serviceAccount());
    fields.put("reusable", Boolean.toString(token.reusable()));
    fields.put("created", token.created().toString());
    fields.put("expires", token.expires().toString());
    if (token.revoked() != null) {
      fields.put("revoked", token.revoked().toString());
    }
    if (token.used() != null) {
      fields.put("used", token.used().toString());
      fields.put("usedBy", token.usedBy());
    }
    return fields;
  }

  private static JoinToken read(Map<String, String> fields) throws IOException {
    try {
      String revoked = fields.get("revoked");
      String used = fields.get("used");
      return new JoinToken(
          fields.getOrDefault("id", ""),
          fields.getOrDefault("hash", ""),
          fields.getOrDefault("namespace", ""),
          fields.getOrDefault("serviceAccount", ""),
          Boolean.parseBoolean(fields.get("reusable")),
          Instant.parse(fields.getOrDefault("created", "")),
          Instant.parse(fields.getOrDefault("expires", "")),
          revoked == null ? null : Instant.parse(revoked),
          used == null ? null : Instant.parse(used),
          fields.getOrDefault("usedBy", ""));
    } catch (DateTimeException e) {
      throw new IOException("a join token with a bad time: " + e.getMessage(), e);
    }
  }

  /**
   * A token that was made.
   *
   * @param text the whole token, to be given to the workload; a secret
   * @param token what is kept of it
   */
  public record Created(String text, JoinToken token) {
    @Override
    public String toString() {
      return token.id();
    }
  }
}
