/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A response body that ends its attempt when it was read, closed or broke. */
final class AttemptStream extends FilterInputStream {
  private final Attempt attempt;
  private final ConnectionRef ref;
  private long left;

  /**
   * Makes one.
   *
   * @param length the body's; -1 if unknown
   */
  AttemptStream(InputStream in, long length, Attempt attempt, ConnectionRef ref) {
    super(in);
    this.left = length;
    this.attempt = attempt;
    this.ref = ref;
  }

  @SuppressWarnings("ReferenceEquality") // streams are what they are
  boolean isOf(InputStream stream) {
    return in == stream;
  }

  @Override
  public int read() throws IOException {
    try {
      int value = super.read();
      count(value < 0 ? -1 : 1);
      return value;
    } catch (IOException e) {
      end(Ending.BROKEN);
      throw e;
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      int count = super.read(bytes, offset, length);
      count(count);
      return count;
    } catch (IOException e) {
      end(Ending.BROKEN);
      throw e;
    }
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = super.skip(count);
    count((int) skipped);
    return skipped;
  }

  @Override
  public void close() throws IOException {
    end(Ending.CANCELLED); // ignored if it was read to its end
    super.close();
  }

  private void count(int count) {
    if (count < 0) {
      end(left > 0 ? Ending.BROKEN : Ending.COMPLETE); // the JDK says nothing of a short body
    } else if (left > 0) {
      left -= count;
      if (left == 0) {
        end(Ending.COMPLETE); // who knows the length does not read on
      }
    }
  }

  private void end(Ending ending) {
    attempt.end(ending);
    Exchanges.remove(ref);
  }
}
