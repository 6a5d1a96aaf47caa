/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.testing.HttpClientContract;
import dev.weft.agent.testing.TestClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.EnumSet;
import java.util.Set;

/** HttpURLConnection as it comes with the JDK. */
class HttpUrlConnectionContractTest extends HttpClientContract {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new UrlClient(followsRedirects, null);
  }

  /**
   * It only blocks, a copy of a request would need a thread to block, a read from its socket is not
   * ended by an interrupt, and before JDK 25 it takes a body that is shorter than announced as it
   * comes.
   */
  @Override
  protected Set<Ability> inabilities() {
    Set<Ability> inabilities =
        EnumSet.of(Ability.ASYNC, Ability.CANCEL, Ability.INTERRUPT, Ability.MIRROR);
    if (Runtime.version().feature() < 25) {
      inabilities.add(Ability.TRUNCATION);
    }
    return inabilities;
  }

  @Override
  protected Class<? extends Throwable> connectFailure() {
    return ConnectException.class;
  }

  @Override
  protected Class<? extends Throwable> timeoutFailure() {
    return SocketTimeoutException.class;
  }

  @Override
  protected Class<? extends Throwable> brokenFailure() {
    return IOException.class;
  }

  @Override
  protected Class<? extends Throwable> interruptFailure() {
    return InterruptedIOException.class;
  }
}
