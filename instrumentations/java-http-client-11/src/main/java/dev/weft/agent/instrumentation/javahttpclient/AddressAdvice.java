/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.InetSocketAddress;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Around {@code HttpRequestImpl.getAddress}: connects to the endpoint, looking nothing up. */
public final class AddressAdvice {
  private AddressAdvice() {}

  /** Returns the attempt's endpoint; null to let the library resolve the URI's host. */
  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class,
      inline = false)
  public static @Nullable InetSocketAddress enter(
      @Advice.FieldValue("authority") @Nullable InetSocketAddress authority) {
    return authority instanceof AttemptCarrier carrier ? carrier.endpoint() : null;
  }

  /** Returns the endpoint, else what the library found. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable InetSocketAddress exit(
      @Advice.Enter @Nullable InetSocketAddress endpoint,
      @Advice.Return @Nullable InetSocketAddress resolved) {
    return endpoint == null ? resolved : endpoint;
  }
}
