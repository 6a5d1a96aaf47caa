/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.testing.ApplicationTls;
import dev.weft.agent.testing.HttpClientContract.Ability;
import dev.weft.agent.testing.MutualTlsClientContract;
import dev.weft.agent.testing.TestClient;
import java.util.EnumSet;
import java.util.Set;

class MutualTlsTest extends MutualTlsClientContract {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new UrlClient(followsRedirects, null);
  }

  @Override
  protected TestClient newClient(ApplicationTls tls) {
    return new UrlClient(false, tls);
  }

  /** It only blocks. */
  @Override
  protected Set<Ability> inabilities() {
    return EnumSet.of(Ability.ASYNC);
  }
}
