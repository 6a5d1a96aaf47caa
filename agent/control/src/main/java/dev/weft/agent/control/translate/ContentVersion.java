/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A fingerprint of a set of resources that is cheap to keep up: the sum of theirs. */
final class ContentVersion {
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
  private static final int DIGITS = 12;
  private long sum;

  /** Takes one resource out and puts one in; null for none. */
  void replace(@Nullable XdsResource old, @Nullable XdsResource now) {
    if (old != null) {
      sum -= fingerprint(old);
    }
    if (now != null) {
      sum += fingerprint(now);
    }
  }

  String text() {
    String hex = Long.toHexString(mix(sum));
    return "0".repeat(16 - hex.length()).concat(hex).substring(0, DIGITS);
  }

  private static long fingerprint(XdsResource resource) {
    CRC32C crc = new CRC32C();
    crc.update(resource.sharedBytes());
    CRC32C names = new CRC32C();
    names.update(resource.typeUrl().getBytes(StandardCharsets.UTF_8));
    names.update(resource.name().getBytes(StandardCharsets.UTF_8));
    names.update(0);
    names.update(resource.version().getBytes(StandardCharsets.UTF_8));
    return mix(crc.getValue() << 32 | names.getValue());
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * SPREAD;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
