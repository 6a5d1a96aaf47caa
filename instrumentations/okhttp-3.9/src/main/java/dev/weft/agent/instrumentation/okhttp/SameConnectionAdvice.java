/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import net.bytebuddy.asm.Advice;
import okhttp3.Address;
import okhttp3.HttpUrl;

/**
 * After {@code sameHostAndPort(HttpUrl)}, by which OkHttp 4.4 and newer decide whether a call goes
 * on with the connection that it holds.
 */
public final class SameConnectionAdvice {
  private SameConnectionAdvice() {}

  /** Returns false for a connection to another endpoint than the attempt's. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  @Advice.AssignReturned.AsScalar(skipOnDefaultValue = false)
  public static boolean exit(
      @Advice.FieldValue("address") Address address,
      @Advice.Argument(0) HttpUrl url,
      @Advice.Return boolean same) {
    return same && !(address.dns() instanceof EndpointDns dns && dns.isElsewhere(url));
  }
}
