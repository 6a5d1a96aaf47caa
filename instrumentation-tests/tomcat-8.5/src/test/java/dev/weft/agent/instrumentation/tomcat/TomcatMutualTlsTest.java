/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.testing.HttpServerContract;
import dev.weft.agent.testing.MutualTlsServerContract;
import org.jspecify.annotations.Nullable;

/** Mutual TLS of the NIO connector, on the version of Tomcat that is on the class path. */
class TomcatMutualTlsTest extends MutualTlsServerContract {
  private @Nullable TestTomcat server;

  @Override
  protected int start(HttpServerContract.Application application) {
    AppScript.handleBy(application::handle);
    AppScript.release();
    TestTomcat started =
        TestTomcat.start(connector -> connector.setProperty("maxThreads", "10"), context -> {});
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
