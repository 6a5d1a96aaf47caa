/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;

/** Weaves the JDK's own HTTP server. */
public final class JavaHttpServerModule extends WeftModule {
  /** Called by the agent. */
  public JavaHttpServerModule() {
    super("java-http-server-8");
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        server("sun.net.httpserver.HttpServerImpl"), server("sun.net.httpserver.HttpsServerImpl"));
  }

  private static WeftType server(String name) {
    return WeftType.of(name)
        .advise("ContextAdvice", "createContext", "java.lang.String")
        .advise(
            "ContextAdvice",
            "createContext",
            "java.lang.String",
            "com.sun.net.httpserver.HttpHandler")
        .advise("StartAdvice", "start")
        .advise("StopAdvice", "stop", "int");
  }
}
