/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import okhttp3.Address;
import org.jspecify.annotations.Nullable;

/**
 * Before the constructor of what finds a connection for a call ({@code StreamAllocation}, {@code
 * ExchangeFinder}, {@code RealRoutePlanner}): all of them take an {@link Address} and, somewhere
 * after it, the call or an object that stands for it.
 */
public final class AddressAdvice {
  private AddressAdvice() {}

  /**
   * Returns the arguments with the attempt's address; null, which changes nothing, if unmanaged.
   */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToAllArguments(typing = Assigner.Typing.DYNAMIC)
  @Advice.AssignReturned.AsScalar
  public static Object @Nullable [] enter(@Advice.AllArguments Object[] arguments) {
    int position = -1;
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      if (argument instanceof Address) {
        position = i;
      } else if (position >= 0 && argument != null) {
        Exchange exchange = Exchange.of(argument);
        if (exchange != null) {
          arguments[position] = exchange.address((Address) arguments[position]);
          return arguments;
        }
      }
    }
    return null;
  }
}
