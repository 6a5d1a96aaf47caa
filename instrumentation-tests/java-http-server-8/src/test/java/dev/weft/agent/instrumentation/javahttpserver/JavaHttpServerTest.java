/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import dev.weft.agent.testing.HttpServerContract;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

class JavaHttpServerTest extends HttpServerContract {
  private @Nullable TestHttpServer server;

  @Override
  protected int start(Application application) throws IOException {
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
