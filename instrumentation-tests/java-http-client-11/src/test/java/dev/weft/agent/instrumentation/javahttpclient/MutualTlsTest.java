/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.testing.ApplicationTls;
import dev.weft.agent.testing.MutualTlsClientContract;
import dev.weft.agent.testing.TestClient;
import java.net.http.HttpClient;

/** The JDK's client as it is by default: in TLS it offers HTTP/2 and takes HTTP/1.1. */
class MutualTlsTest extends MutualTlsClientContract {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new JdkClient(HttpClient.Version.HTTP_2, followsRedirects);
  }

  @Override
  protected TestClient newClient(ApplicationTls tls) {
    return new JdkClient(tls);
  }
}
