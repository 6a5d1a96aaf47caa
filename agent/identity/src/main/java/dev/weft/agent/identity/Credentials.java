/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What proves who this process is before it has a certificate, and whom it may be shown to. Its
 * text names no secret.
 *
 * @param bearer a join token or a JWT
 * @param pins the SHA-256 of the public keys of CAs, one of which the server must be under
 */
record Credentials(String bearer, List<String> pins) {
  private static final String JOIN_TOKEN = "weft1.";
  private static final int FIRST_PIN = 3;

  Credentials {
    pins = List.copyOf(pins);
  }

  /**
   * Reads what the options name.
   *
   * @throws IOException if a file cannot be read or is empty
   */
  static Credentials of(IdentityOptions options) throws IOException {
    List<String> pins = new ArrayList<>(options.fingerprints());
    String bearer = options.token();
    Path file = options.tokenFile() != null ? options.tokenFile() : options.jwtFile();
    if (bearer.isEmpty() && file != null) {
      bearer = Files.readString(file).strip();
      if (bearer.isEmpty()) {
        throw new IOException(file + " is empty");
      }
    }
    if (bearer.startsWith(JOIN_TOKEN)) {
      String[] parts = bearer.split("\\.", -1);
      if (parts.length <= FIRST_PIN) {
        throw new IOException("the join token is cut off (expected: weft1.id.secret.fingerprint)");
      }
      pins.addAll(Arrays.asList(parts).subList(FIRST_PIN, parts.length));
    }
    return new Credentials(bearer, pins);
  }

  @Override
  public String toString() {
    return bearer.startsWith(JOIN_TOKEN) ? "a join token" : "a JWT";
  }
}
