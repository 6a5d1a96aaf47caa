/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.internal.ClientTransportFactory;
import net.bytebuddy.asm.Advice;

/**
 * On the way out of the constructor of what every channel makes its connections by, whichever its
 * transport is.
 */
public final class TransportsAdvice {
  private TransportsAdvice() {}

  /** Returns what is to make the connections. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("delegate"))
  public static ClientTransportFactory exit(
      @Advice.FieldValue("delegate") ClientTransportFactory delegate) {
    return MeshTransports.madeBy(delegate);
  }
}
