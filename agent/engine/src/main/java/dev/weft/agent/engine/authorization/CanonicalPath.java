/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The form of a path that a server may take it in, whatever way it was written: percent-encoding
 * and backslashes resolved, empty and dot segments and parameters of segments gone. Servers differ
 * in how far they go, so a policy has to hold for the sent path and for this one.
 */
final class CanonicalPath {
  private static final int HEX = 16;

  private CanonicalPath() {}

  /** Returns whether {@code path[0, end)} is canonical as it stands. */
  static boolean is(String path, int end) {
    for (int i = 0; i < end; i++) {
      char c = path.charAt(i);
      if (c == '%' || c == '\\' || c == ';') {
        return false;
      }
      if (c == '/' && i + 1 < end) {
        char next = path.charAt(i + 1);
        if (next == '/' || (next == '.' && isDotSegment(path, i + 1, end))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isDotSegment(String path, int from, int end) {
    int at = from;
    while (at < end && path.charAt(at) == '.') {
      at++;
    }
    return at - from <= 2 && (at == end || path.charAt(at) == '/');
  }

  /** Returns the canonical form; null if the path has none: it leads out of the root, or worse. */
  static @Nullable String of(String path, int end) {
    String decoded = decoded(path.substring(0, end));
    if (decoded == null || decoded.indexOf(0) >= 0) {
      return null;
    }
    Deque<String> segments = new ArrayDeque<>();
    String[] parts = decoded.replace('\\', '/').split("/", -1);
    for (String part : parts) {
      int parameters = part.indexOf(';');
      String segment = parameters < 0 ? part : part.substring(0, parameters);
      if (segment.equals("..")) {
        if (segments.pollLast() == null) {
          return null;
        }
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.add(segment);
      }
    }
    String last = parts[parts.length - 1];
    boolean endsInSlash = last.isEmpty() || last.equals(".") || last.equals("..");
    String joined = "/" + String.join("/", segments);
    return endsInSlash && joined.length() > 1 ? joined + "/" : joined;
  }

  /** Resolves percent-encoding, once, as UTF-8; null if it is none. */
  static @Nullable String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] decoded = new byte[bytes.length];
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '%') {
        decoded[length++] = bytes[i];
        continue;
      }
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], HEX) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], HEX) : -1;
      if (high < 0 || low < 0) {
        return null;
      }
      decoded[length++] = (byte) (high * HEX + low);
      i += 2;
    }
    return new String(decoded, 0, length, StandardCharsets.UTF_8);
  }
}
