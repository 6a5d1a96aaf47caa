/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.testing.TestClient;
import dev.weft.agent.testing.TlsOriginationClientContract;
import java.net.http.HttpClient;

class TlsOriginationTest extends TlsOriginationClientContract {
  @Override
  protected TestClient newClient() {
    return new JdkClient(HttpClient.Version.HTTP_2, false);
  }
}
