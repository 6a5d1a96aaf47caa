/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** What callers begin a connection with, well meant and not. */
public final class ClientHellos {
  private ClientHellos() {}

  /** Returns what a client sends first. */
  public static byte[] of(SSLContext context) throws SSLException {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    return Arrays.copyOf(hello.array(), hello.position());
  }

  /** Returns noise, or a beginning that was cut, changed or goes on with noise. */
  public static byte[] hostile(byte[] hello, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> {
        byte[] noise = new byte[1 + random.nextInt(600)];
        random.nextBytes(noise);
        noise[0] = random.nextBoolean() ? 0x16 : noise[0];
        yield noise;
      }
      case 1 -> Arrays.copyOf(hello, 1 + random.nextInt(hello.length));
      case 2 -> {
        byte[] changed = hello.clone();
        for (int n = 1 + random.nextInt(8); n > 0; n--) {
          changed[2 + random.nextInt(changed.length - 2)] = (byte) random.nextInt();
        }
        yield changed;
      }
      default -> {
        byte[] tail = new byte[random.nextInt(20_000)];
        random.nextBytes(tail);
        byte[] both = Arrays.copyOf(hello, hello.length + tail.length);
        System.arraycopy(tail, 0, both, hello.length, tail.length);
        yield both;
      }
    };
  }
}
