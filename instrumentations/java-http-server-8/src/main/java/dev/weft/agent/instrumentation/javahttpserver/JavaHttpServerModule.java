/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import static net.bytebuddy.matcher.ElementMatchers.named;

import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;
import java.util.Map;
import net.bytebuddy.utility.JavaModule;

/** Weaves the JDK's own HTTP server. */
public final class JavaHttpServerModule extends WeftModule {
  private static final String LIBRARY = "sun.net.httpserver";
  private static final String CHANNEL = "java.nio.channels.SocketChannel";

  /** Called by the agent. */
  public JavaHttpServerModule() {
    super("java-http-server-8");
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        server("HttpServerImpl"),
        server("HttpsServerImpl"),
        // A plaintext connection's bytes, which may be TLS.
        WeftType.of(LIBRARY + ".Request$ReadStream")
            .advise("ReadStreamAdvice", "<init>", LIBRARY + ".ServerImpl", CHANNEL)
            .advise("AvailableAdvice", "available"),
        WeftType.of(LIBRARY + ".Request$WriteStream")
            .advise("WriteStreamAdvice", "<init>", LIBRARY + ".ServerImpl", CHANNEL),
        // Whose they are.
        WeftType.of(LIBRARY + ".HttpConnection")
            .advise("ConnectionAdvice", "setParameters", named("setParameters")));
  }

  @Override
  public Map<JavaModule, List<String>> jpmsModulesToOpen() {
    return Map.of(JavaModule.ofType(HttpServer.class), List.of(LIBRARY));
  }

  private static WeftType server(String name) {
    return WeftType.of(LIBRARY + '.' + name)
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
