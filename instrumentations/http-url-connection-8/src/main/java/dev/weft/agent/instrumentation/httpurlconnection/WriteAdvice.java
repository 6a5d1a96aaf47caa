/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import net.bytebuddy.asm.Advice;
import sun.net.www.MessageHeader;
import sun.net.www.protocol.http.HttpURLConnection;

/** Around {@code HttpURLConnection.writeRequests()}, which hands the headers to the client. */
public final class WriteAdvice {
  private WriteAdvice() {}

  /** Tells whose headers these are. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(
      @Advice.This HttpURLConnection connection,
      @Advice.FieldValue("requests") MessageHeader headers) {
    Wire.writing(connection, headers);
  }

  /** Forgets it. */
  @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class, inline = false)
  public static void exit(@Advice.FieldValue("requests") MessageHeader headers) {
    Wire.written(headers);
  }
}
