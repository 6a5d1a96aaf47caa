/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.testing.HttpServerContract;
import org.jspecify.annotations.Nullable;

/** The contract, on the version of Tomcat that is on the class path. */
class TomcatWithAgentTest extends HttpServerContract {
  private @Nullable TestTomcat server;

  @Override
  protected int start(Application application) {
    AppScript.handleBy(application::handle);
    AppScript.release();
    TestTomcat started = TestTomcat.start();
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
