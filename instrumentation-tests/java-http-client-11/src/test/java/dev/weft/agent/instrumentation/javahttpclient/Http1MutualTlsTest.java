/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.testing.TestClient;
import java.net.http.HttpClient;

/** The JDK's client told to speak HTTP/1.1, whose connections are pooled elsewhere. */
class Http1MutualTlsTest extends MutualTlsTest {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new JdkClient(HttpClient.Version.HTTP_1_1, followsRedirects);
  }
}
