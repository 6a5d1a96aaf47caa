/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.io.IOException;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Around {@code ConnectInterceptor.intercept}, below cookies and cache. Its exceptions are meant
 * for the application, so none is suppressed.
 */
public final class ConnectAdvice {
  private ConnectAdvice() {}

  /** Returns the mesh's own answer, which skips connecting, and the chain; null if unmanaged. */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, skipOnIndex = 0, inline = false)
  @Advice.AssignReturned.ToArguments(
      @Advice.AssignReturned.ToArguments.ToArgument(
          value = 0,
          index = 1,
          typing = Assigner.Typing.DYNAMIC))
  public static Object[] enter(@Advice.Argument(0) Interceptor.Chain chain) throws IOException {
    Exchange exchange = Exchange.of(chain.call());
    return exchange == null ? new Object[] {null, chain} : exchange.connect(chain);
  }

  /** Returns the answer if connecting was skipped. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable Response exit(
      @Advice.Enter Object[] entered, @Advice.Return @Nullable Response response) {
    return entered[0] instanceof Response answer ? answer : response;
  }
}
