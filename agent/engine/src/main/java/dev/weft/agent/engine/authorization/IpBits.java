/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.endpoint.IpLiteral;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as the 128 bits of IPv6; an IPv4 one in its mapped form. Mutable, so that a request
 * reads its addresses without making objects.
 */
final class IpBits {
  private static final long IP_V4_MAPPED = 0xFFFF_0000_0000L;
  private static final int MAX_BYTE = 255;
  private static final int BYTES = 4;

  private long high;
  private long low;

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  /** Reads the address in {@code text[from, to)}. Returns false if there is none. */
  boolean read(@Nullable String text, int from, int to) {
    if (text == null) {
      return false;
    }
    long v4 = ipV4(text, from, to);
    if (v4 >= 0) {
      high = 0;
      low = IP_V4_MAPPED | v4;
      return true;
    }
    int scope = text.indexOf('%', from);
    int end = scope < 0 || scope > to ? to : scope;
    byte[] bytes = IpLiteral.parse(text.substring(from, end));
    if (bytes == null || bytes.length == BYTES) {
      return false;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    high = buffer.getLong();
    low = buffer.getLong();
    return true;
  }

  /** Clears all bits after these. */
  void mask(int bits) {
    int rest = bits - Long.SIZE;
    high &= bits >= Long.SIZE ? -1L : bits == 0 ? 0 : -1L << (Long.SIZE - bits);
    low &= rest <= 0 ? 0 : rest >= Long.SIZE ? -1L : -1L << (Long.SIZE - rest);
  }

  private static long ipV4(String text, int from, int to) {
    long address = 0;
    int value = 0;
    int digits = 0;
    int parts = 0;
    for (int i = from; i <= to; i++) {
      char c = i == to ? '.' : text.charAt(i);
      if (c == '.') {
        if (digits == 0 || value > MAX_BYTE || ++parts > BYTES) {
          return -1;
        }
        address = address << Byte.SIZE | value;
        value = 0;
        digits = 0;
      } else if (c >= '0' && c <= '9' && digits < 3 && (digits == 0 || value != 0)) {
        value = value * 10 + (c - '0');
        digits++;
      } else {
        return -1;
      }
    }
    return parts == BYTES ? address : -1;
  }
}
