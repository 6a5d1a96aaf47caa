/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** A response body that ends its attempt when it was read, closed or broke. */
final class AttemptBody extends ResponseBody {
  private final ResponseBody body;
  private final BufferedSource source;

  AttemptBody(ResponseBody body, Attempt attempt, Call call) {
    this.body = body;
    this.source = Okio.buffer(new EndingSource(body, attempt, call));
  }

  @Override
  public @Nullable MediaType contentType() {
    return body.contentType();
  }

  @Override
  public long contentLength() {
    return body.contentLength();
  }

  @Override
  public BufferedSource source() {
    return source;
  }

  private static final class EndingSource extends ForwardingSource {
    private final Attempt attempt;
    private final Call call;
    private long expected;

    EndingSource(ResponseBody body, Attempt attempt, Call call) {
      super(body.source());
      this.attempt = attempt;
      this.call = call;
      this.expected = body.contentLength();
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      long count;
      try {
        count = super.read(sink, byteCount);
      } catch (IOException e) {
        attempt.end(call.isCanceled() ? Ending.CANCELLED : Ending.BROKEN);
        throw e;
      }
      if (count < 0) {
        attempt.end(Ending.COMPLETE);
      } else if (expected > 0) {
        expected -= count;
        if (expected == 0) {
          attempt.end(Ending.COMPLETE); // who knows the length does not read on
        }
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      attempt.end(Ending.CANCELLED); // ignored if it was read to its end
      super.close();
    }
  }
}
