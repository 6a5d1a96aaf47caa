/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.testing.TestClient;
import dev.weft.agent.testing.TlsOriginationClientContract;

class TlsOriginationTest extends TlsOriginationClientContract {
  @Override
  protected TestClient newClient() {
    return new UrlClient(false, null);
  }
}
