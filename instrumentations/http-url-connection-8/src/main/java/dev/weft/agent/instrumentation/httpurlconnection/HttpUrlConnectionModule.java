/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static net.bytebuddy.matcher.ElementMatchers.named;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;
import java.util.Map;
import net.bytebuddy.utility.JavaModule;

/** Weaves the JDK's HttpURLConnection. */
public final class HttpUrlConnectionModule extends WeftModule {
  /** The hook in the agent's reports. */
  static final String HOOK = "http-url-connection-8";

  private static final String CONNECTION = "sun.net.www.protocol.http.HttpURLConnection";
  private static final String CLIENT = "sun.net.www.http.HttpClient";
  private static final String URL = "java.net.URL";

  /** Called by the agent. */
  public HttpUrlConnectionModule() {
    super(HOOK);
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        WeftType.of(CLIENT)
            // A connection is needed: for the request, a redirect or an answer to a challenge.
            .advise("ClientAdvice", "New", URL, "java.net.Proxy", "int", "boolean", CONNECTION)
            .advise("OpenAdvice", "openServer", "java.lang.String", "int")
            // The request is sent, and response headers are awaited.
            .advise(
                "SendAdvice",
                "writeRequests",
                "sun.net.www.MessageHeader",
                "sun.net.www.http.PosterOutputStream",
                "boolean")
            .advise("ParseAdvice", "parseHTTP", named("parseHTTP")),
        WeftType.of("sun.net.NetworkClient")
            .advise("SocketAdvice", "doConnect", "java.lang.String", "int"),
        WeftType.of("sun.net.www.http.KeepAliveCache")
            .advise("KeepAliveAdvice", "get", URL, "java.lang.Object")
            .advise("KeepAliveAdvice", "put", URL, "java.lang.Object", CLIENT),
        WeftType.of(CONNECTION)
            .advise("WriteAdvice", "writeRequests")
            .advise("OutputAdvice", "getOutputStream")
            .advise("InputAdvice", "getInputStream")
            .advise("ErrorStreamAdvice", "getErrorStream")
            .advise("DisconnectAdvice", "disconnect"));
  }

  @Override
  public Map<JavaModule, List<String>> jpmsModulesToOpen() {
    return Map.of(
        JavaModule.ofType(Object.class),
        List.of("sun.net", "sun.net.www", "sun.net.www.http", "sun.net.www.protocol.http"));
  }
}
