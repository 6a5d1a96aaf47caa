/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.testing.HttpClientContract;
import dev.weft.agent.testing.TestClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.util.EnumSet;
import java.util.Set;

/** OkHttp in the version that the build puts on the class path. */
class OkHttpContractTest extends HttpClientContract {
  @Override
  protected TestClient newClient(boolean followsRedirects) {
    return new OkClient(followsRedirects);
  }

  /** A read from its socket is not ended by an interrupt. */
  @Override
  protected Set<Ability> inabilities() {
    return EnumSet.of(Ability.INTERRUPT);
  }

  @Override
  protected Class<? extends Throwable> connectFailure() {
    return ConnectException.class;
  }

  @Override
  protected Class<? extends Throwable> timeoutFailure() {
    return InterruptedIOException.class;
  }

  @Override
  protected Class<? extends Throwable> brokenFailure() {
    return IOException.class;
  }

  @Override
  protected Class<? extends Throwable> interruptFailure() {
    return InterruptedIOException.class;
  }
}
