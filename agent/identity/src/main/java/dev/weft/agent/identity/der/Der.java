/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity.der;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Encodes values by the distinguished encoding rules of X.690, with definite lengths. Each method
 * returns one complete value; values are put together by passing them on. Stateless.
 */
public final class Der {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int UTF8_STRING = 0x0c;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int CONTEXT = 0x80;
  private static final int CONSTRUCTED = 0x20;
  private static final byte[] TRUE = {0x01, 0x01, (byte) 0xff};

  private Der() {}

  /** Returns a SEQUENCE of complete values, in this order. */
  public static byte[] sequence(byte[]... values) {
    return value(SEQUENCE, values);
  }

  /**
   * Returns a SET of one complete value; the rules for the order of several are not needed here.
   */
  public static byte[] setOf(byte[] value) {
    return value(SET, value);
  }

  /** Returns a constructed value with a context-specific tag. */
  public static byte[] explicit(int tag, byte[]... values) {
    return value(CONTEXT | CONSTRUCTED | tag, values);
  }

  /** Returns a primitive value with a context-specific tag. */
  public static byte[] implicit(int tag, byte[] content) {
    return value(CONTEXT | tag, content);
  }

  /** Returns an INTEGER. */
  public static byte[] integer(BigInteger value) {
    return value(INTEGER, value.toByteArray());
  }

  /** Returns an INTEGER. */
  public static byte[] integer(long value) {
    return integer(BigInteger.valueOf(value));
  }

  /** Returns the BOOLEAN that is true; false is always a default, which DER leaves out. */
  public static byte[] yes() {
    return TRUE.clone();
  }

  /** Returns a BIT STRING of whole octets. */
  public static byte[] bitString(byte[] bits) {
    return value(BIT_STRING, new byte[] {0}, bits);
  }

  /** Returns a BIT STRING of flags, for which DER leaves out zeros at the end. */
  public static byte[] flags(int unusedBits, int octet) {
    return value(BIT_STRING, new byte[] {(byte) unusedBits, (byte) octet});
  }

  /** Returns an OCTET STRING. */
  public static byte[] octetString(byte[] octets) {
    return value(OCTET_STRING, octets);
  }

  /** Returns a UTF8String. */
  public static byte[] utf8(String text) {
    return value(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns an OBJECT IDENTIFIER.
   *
   * @param arcs at least two, by the rules of X.660
   */
  public static byte[] objectIdentifier(int... arcs) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(arcs[0] * 40 + arcs[1]);
    for (int i = 2; i < arcs.length; i++) {
      for (int shift = 28; shift >= 0; shift -= 7) {
        int rest = arcs[i] >>> shift;
        if (rest != 0 || shift == 0) {
          content.write((rest & 0x7f) | (shift == 0 ? 0 : 0x80));
        }
      }
    }
    return value(OBJECT_IDENTIFIER, content.toByteArray());
  }

  /**
   * Returns a primitive or constructed value.
   *
   * @param tag the whole identifier octet
   */
  public static byte[] value(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      int octets = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      out.write(0x80 | octets);
      for (int i = octets - 1; i >= 0; i--) {
        out.write(length >>> (8 * i));
      }
    }
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }
}
