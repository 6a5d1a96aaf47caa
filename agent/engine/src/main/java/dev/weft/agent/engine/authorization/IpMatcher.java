/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.config.RbacCondition.IpBlock;

/** A CIDR block, compiled. Immutable. */
final class IpMatcher {
  private static final int IP_V4_OFFSET = 96;
  private static final int IP_V4_BITS = 32;

  private final IpBits block = new IpBits();
  private final IpBits mask = new IpBits();

  /**
   * Compiles a block.
   *
   * @throws IllegalArgumentException if it is none
   */
  IpMatcher(IpBlock cidr) {
    boolean isV6 = cidr.address().indexOf(':') >= 0;
    int most = isV6 ? 2 * Long.SIZE : IP_V4_BITS;
    boolean isGood = block.read(cidr.address(), 0, cidr.address().length());
    if (!isGood || cidr.prefixLength() < 0 || cidr.prefixLength() > most) {
      throw new IllegalArgumentException(cidr + " (expected: a CIDR block)");
    }
    int bits = cidr.prefixLength() + (isV6 ? 0 : IP_V4_OFFSET);
    block.mask(bits);
    mask.read("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, 39);
    mask.mask(bits);
  }

  boolean matches(IpBits address) {
    return (address.high() & mask.high()) == block.high()
        && (address.low() & mask.low()) == block.low();
  }
}
