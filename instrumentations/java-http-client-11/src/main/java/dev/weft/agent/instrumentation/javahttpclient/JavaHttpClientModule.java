/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import net.bytebuddy.utility.JavaModule;

/** Weaves the JDK's own HTTP client. */
public final class JavaHttpClientModule extends WeftModule {
  private static final String INTERNAL = "jdk.internal.net.http";
  private static final String REQUEST = "java.net.http.HttpRequest";
  private static final String RESPONSE = "java.net.http.HttpResponse";

  /** Called by the agent. */
  public JavaHttpClientModule() {
    super("java-http-client-11");
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        // Where a call comes in and is carried out, attempt by attempt.
        WeftType.of(INTERNAL + ".HttpClientImpl")
            .advise("SendAdvice", "send", REQUEST, RESPONSE + "$BodyHandler")
            .advise(
                "SendAsyncAdvice",
                "sendAsync",
                REQUEST,
                RESPONSE + "$BodyHandler",
                RESPONSE + "$PushPromiseHandler"),
        // The library's own copy of a request keeps the attempt, and connects where it says.
        WeftType.of(INTERNAL + ".HttpRequestImpl")
            .advise("RequestCopyAdvice", "<init>", REQUEST, "java.net.ProxySelector")
            .advise("AddressAdvice", "getAddress")
            .advise("SecureAdvice", "secure"),
        // A connection that the mesh secures.
        WeftType.of(INTERNAL + ".AbstractAsyncSSLConnection")
            .advise(
                "EngineAdvice",
                "createEngine",
                "javax.net.ssl.SSLContext",
                "java.lang.String",
                "int",
                "javax.net.ssl.SSLParameters"),
        // What goes over the wire: authority and path.
        WeftType.of(INTERNAL + ".Http1Request")
            .advise("Http1HostAdvice", "hostString")
            .advise("Http1PathAdvice", "requestURI"),
        WeftType.of(INTERNAL + ".Stream")
            .advise("Http2HeadersAdvice", "createPseudoHeaders", REQUEST),
        // Redirects are followed by us: each is decided anew.
        WeftType.of(INTERNAL + ".RedirectFilter")
            .advise("RedirectAdvice", "response", INTERNAL + ".Response"),
        // Our subscribers are as fit to be called on the selector's thread as those they wrap.
        WeftType.of(INTERNAL + ".ResponseSubscribers$TrustedSubscriber")
            .advise("NeedsExecutorAdvice", "needsExecutor", RESPONSE + "$BodySubscriber"));
  }

  @Override
  public Map<JavaModule, List<String>> jpmsModulesToOpen() {
    return Map.of(JavaModule.ofType(HttpClient.class), List.of(INTERNAL));
  }
}
