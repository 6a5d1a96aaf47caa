/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Weaves OkHttp 3.9 to 5. */
public final class OkHttpModule extends WeftModule {
  private static final String CONNECTION = "okhttp3.internal.connection.";

  /** Called by the agent. */
  public OkHttpModule() {
    super(CallInterceptor.HOOK);
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        WeftType.of("okhttp3.OkHttpClient")
            .advise("ClientAdvice", "<init>", "okhttp3.OkHttpClient$Builder"),
        // The attempt's connection key goes into the pool's key: up to 3.13, up to 4.12, 5.
        WeftType.of(CONNECTION + "StreamAllocation")
            .advise("AddressAdvice", "a constructor with an Address", withAddress()),
        WeftType.of(CONNECTION + "ExchangeFinder")
            .advise("AddressAdvice", "a constructor with an Address", withAddress())
            .adviseIfThere("FinderAdvice", "hasRouteToTry")
            .adviseIfThere("SameConnectionAdvice", "sameHostAndPort", "okhttp3.HttpUrl"),
        WeftType.of(CONNECTION + "RealRoutePlanner")
            .advise("AddressAdvice", "a constructor with an Address", withAddress())
            .advise("SameConnectionAdvice", "sameHostAndPort", "okhttp3.HttpUrl"),
        WeftType.of(CONNECTION + "CallConnectionUser")
            .advise(
                "ConnectionUserAdvice",
                "a constructor with a RealCall",
                isConstructor().and(takesArgument(0, named(CONNECTION + "RealCall")))),
        WeftType.of("okhttp3.Route")
            .advise(
                "RouteAdvice",
                "<init>",
                "okhttp3.Address",
                "java.net.Proxy",
                "java.net.InetSocketAddress"),
        // Below cookies and cache, where a connection is about to be needed.
        WeftType.of(CONNECTION + "ConnectInterceptor")
            .advise("ConnectAdvice", "intercept", "okhttp3.Interceptor$Chain"),
        // Each hop is decided anew.
        WeftType.of("okhttp3.internal.http.RetryAndFollowUpInterceptor")
            .advise(
                "FollowUpAdvice",
                "followUpRequest(Response, ...)",
                named("followUpRequest").and(takesArgument(0, named("okhttp3.Response")))));
  }

  private static ElementMatcher<MethodDescription> withAddress() {
    return isConstructor()
        .and(
            takesArgument(1, named("okhttp3.Address"))
                .or(takesArgument(2, named("okhttp3.Address")))
                .or(takesArgument(9, named("okhttp3.Address"))));
  }
}
