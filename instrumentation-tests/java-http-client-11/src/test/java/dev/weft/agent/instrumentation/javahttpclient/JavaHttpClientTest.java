/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.testing.HttpClientContract;
import dev.weft.agent.testing.TestClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;

/** The JDK's client as it is by default: it offers HTTP/2 by an upgrade with each request. */
class JavaHttpClientTest extends HttpClientContract {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new JdkClient(HttpClient.Version.HTTP_2, followsRedirects);
  }

  @Override
  protected Class<? extends Throwable> connectFailure() {
    return ConnectException.class;
  }

  @Override
  protected Class<? extends Throwable> timeoutFailure() {
    return HttpTimeoutException.class;
  }

  @Override
  protected Class<? extends Throwable> brokenFailure() {
    return IOException.class;
  }

  @Override
  protected Class<? extends Throwable> interruptFailure() {
    return InterruptedException.class;
  }
}
