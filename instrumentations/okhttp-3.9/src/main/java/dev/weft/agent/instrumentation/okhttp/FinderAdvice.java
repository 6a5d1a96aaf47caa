/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import net.bytebuddy.asm.Advice;
import okhttp3.Address;
import okhttp3.Call;

/**
 * After {@code ExchangeFinder.hasRouteToTry()}, by which OkHttp 3.14 to 4.3 decide whether a call
 * goes on with the finder, and the connection, that it has.
 */
public final class FinderAdvice {
  private FinderAdvice() {}

  /** Returns false for a finder that was made for an attempt before. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  @Advice.AssignReturned.AsScalar(skipOnDefaultValue = false)
  public static boolean exit(
      @Advice.FieldValue("address") Address address,
      @Advice.FieldValue("call") Call call,
      @Advice.Return boolean has) {
    return has && !(address.dns() instanceof EndpointDns dns && !Exchange.isCurrent(dns, call));
  }
}
