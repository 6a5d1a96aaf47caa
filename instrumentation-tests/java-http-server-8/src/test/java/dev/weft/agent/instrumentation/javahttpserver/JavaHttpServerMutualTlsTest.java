/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import dev.weft.agent.testing.HttpServerContract;
import dev.weft.agent.testing.MutualTlsServerContract;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

class JavaHttpServerMutualTlsTest extends MutualTlsServerContract {
  private @Nullable TestHttpServer server;

  @Override
  protected int start(HttpServerContract.Application application) throws IOException {
    TestHttpServer started = new TestHttpServer(application);
    server = started;
    return started.port();
  }

  @Override
  protected void stop() {
    if (server != null) {
      server.close();
    }
  }
}
