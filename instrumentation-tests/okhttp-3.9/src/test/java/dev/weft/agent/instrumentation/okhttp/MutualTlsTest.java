/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.testing.ApplicationTls;
import dev.weft.agent.testing.MutualTlsClientContract;
import dev.weft.agent.testing.TestClient;

class MutualTlsTest extends MutualTlsClientContract {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new OkClient(followsRedirects);
  }

  @Override
  protected TestClient newClient(ApplicationTls tls) {
    return new OkClient(tls);
  }
}
