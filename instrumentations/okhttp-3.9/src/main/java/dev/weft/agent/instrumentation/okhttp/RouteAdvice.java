/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.net.InetSocketAddress;
import java.net.Proxy;
import net.bytebuddy.asm.Advice;
import okhttp3.Address;
import org.jspecify.annotations.Nullable;

/** Before {@code Route(Address, Proxy, InetSocketAddress)}: where a connection is made to. */
public final class RouteAdvice {
  private RouteAdvice() {}

  /** Returns the endpoint's address, whose port may differ from the URL's; null: unchanged. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(2))
  public static @Nullable InetSocketAddress enter(
      @Advice.Argument(0) Address address, @Advice.Argument(1) Proxy proxy) {
    return proxy.type() == Proxy.Type.DIRECT && address.dns() instanceof EndpointDns dns
        ? dns.endpoint()
        : null;
  }
}
