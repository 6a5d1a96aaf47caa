/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import java.nio.charset.StandardCharsets;

/** xxHash64 of a text's UTF-8 bytes, the hash that Envoy's consistent balancers use. */
public final class XxHash64 {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  private XxHash64() {}

  /** Returns the hash of {@code text[from, to)}; ASCII text is not copied. */
  public static long hash(String text, int from, int to, long seed) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) >= 0x80) {
        byte[] utf8 = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
        String bytes = new String(utf8, StandardCharsets.ISO_8859_1);
        return hashBytes(bytes, 0, bytes.length(), seed);
      }
    }
    return hashBytes(text, from, to, seed);
  }

  /** Returns the hash of the whole text. */
  public static long hash(String text, long seed) {
    return hash(text, 0, text.length(), seed);
  }

  /** Hashes characters that are bytes. */
  private static long hashBytes(String bytes, int from, int to, long seed) {
    int at = from;
    long hash;
    if (to - from >= 32) {
      long a = seed + PRIME_1 + PRIME_2;
      long b = seed + PRIME_2;
      long c = seed;
      long d = seed - PRIME_1;
      for (; at + 32 <= to; at += 32) {
        a = round(a, eight(bytes, at));
        b = round(b, eight(bytes, at + 8));
        c = round(c, eight(bytes, at + 16));
        d = round(d, eight(bytes, at + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = merge(merge(merge(merge(hash, a), b), c), d);
    } else {
      hash = seed + PRIME_5;
    }
    hash += to - from;
    for (; at + 8 <= to; at += 8) {
      hash ^= round(0, eight(bytes, at));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (at + 4 <= to) {
      hash ^= four(bytes, at) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < to; at++) {
      hash ^= bytes.charAt(at) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    hash = (hash ^ hash >>> 33) * PRIME_2;
    hash = (hash ^ hash >>> 29) * PRIME_3;
    return hash ^ hash >>> 32;
  }

  private static long round(long accumulator, long input) {
    return Long.rotateLeft(accumulator + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long accumulator) {
    return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
  }

  private static long eight(String bytes, int at) {
    return four(bytes, at) | four(bytes, at + 4) << 32;
  }

  private static long four(String bytes, int at) {
    return bytes.charAt(at)
        | (long) bytes.charAt(at + 1) << 8
        | (long) bytes.charAt(at + 2) << 16
        | (long) bytes.charAt(at + 3) << 24;
  }
}
