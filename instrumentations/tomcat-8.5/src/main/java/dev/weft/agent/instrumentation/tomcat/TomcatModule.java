/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;

/**
 * Weaves Tomcat's connector, below the servlet API. A request is met where the adapter parses it,
 * which is inside upstream's server span, and it ends where the adapter lets go of it: after the
 * service method, or after the dispatch that ended asynchronous processing.
 */
public final class TomcatModule extends WeftModule {
  /** The hook's name. */
  static final String HOOK = "tomcat-8.5";

  private static final String NET = "org.apache.tomcat.util.net.";
  private static final String CHANNEL = "java.nio.channels.SocketChannel";
  private static final String ASYNCHRONOUS_CHANNEL = "java.nio.channels.AsynchronousSocketChannel";
  private static final String REQUEST = "org.apache.coyote.Request";
  private static final String RESPONSE = "org.apache.coyote.Response";

  /** Called by the agent. */
  public TomcatModule() {
    super(HOOK);
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        WeftType.of("org.apache.catalina.connector.CoyoteAdapter")
            .advise(
                "BeginAdvice",
                "postParseRequest",
                REQUEST,
                "org.apache.catalina.connector.Request",
                RESPONSE,
                "org.apache.catalina.connector.Response")
            .advise("EndAdvice", "service", REQUEST, RESPONSE)
            .advise(
                "EndAdvice",
                "asyncDispatch",
                REQUEST,
                RESPONSE,
                "org.apache.tomcat.util.net.SocketEvent"),
        WeftType.of(REQUEST).advise("RecycleAdvice", "recycle"),
        WeftType.of("org.apache.coyote.AbstractProtocol")
            .advise("OpenAdvice", "start")
            .advise("OpenAdvice", "resume")
            .advise("CloseAdvice", "pause")
            .advise("CloseAdvice", "stop"),
        // A connection's bytes, which may be TLS.
        WeftType.of(NET + "NioEndpoint").advise("AcceptAdvice", "setSocketOptions", CHANNEL),
        WeftType.of(NET + "NioChannel")
            .advise(
                "ChannelAdvice",
                "a method that takes the connection",
                takesArgument(0, named(CHANNEL)))
            .advise("RealChannelAdvice", "getIOChannel")
            .advise("CloseChannelAdvice", "close"),
        WeftType.of(NET + "NioEndpoint$NioSocketWrapper")
            .advise("SendfileAdvice", "processSendfile", NET + "SendfileDataBase"),
        WeftType.of(NET + "Nio2Endpoint")
            .advise("AcceptAdvice", "setSocketOptions", ASYNCHRONOUS_CHANNEL),
        WeftType.of(NET + "Nio2Channel")
            .advise(
                "AsynchronousChannelAdvice",
                "reset",
                ASYNCHRONOUS_CHANNEL,
                NET + "SocketWrapperBase")
            .advise("RealAsynchronousChannelAdvice", "getIOChannel"),
        WeftType.of(NET + "Nio2Endpoint$Nio2SocketWrapper")
            .advise("SendfileAdvice", "processSendfile", NET + "SendfileDataBase"));
  }
}
