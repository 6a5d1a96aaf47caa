/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpExchange;
import dev.weft.agent.seam.InboundCall;
import java.io.FilterOutputStream;
import java.io.IOException;

/**
 * The response's body, which the library or the application closes when the response is over, on
 * whichever thread.
 */
final class EndOfResponse extends FilterOutputStream {
  private final HttpExchange exchange;
  private final InboundCall call;

  EndOfResponse(HttpExchange exchange, InboundCall call) {
    super(exchange.getResponseBody());
    this.exchange = exchange;
    this.call = call;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length); // the superclass would write byte by byte
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } finally {
      call.end(Math.max(0, exchange.getResponseCode()), -1);
    }
  }
}
