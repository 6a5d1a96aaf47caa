/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import dev.weft.agent.seam.Inbound;
import org.jspecify.annotations.Nullable;

/**
 * Stands where {@link InboundFilter} could not be put: refuses each request to a port that
 * something guards when it comes, and lets it in elsewhere. It is the application's to replace;
 * what the library has beside filters, which every request passes.
 */
final class UnguardedContext extends Authenticator {
  private static final int UNAVAILABLE = 503;

  private final Throwable fault;

  /**
   * Refuses for a reason.
   *
   * @param fault why there is no filter
   */
  UnguardedContext(Throwable fault) {
    this.fault = fault;
  }

  @Override
  public Result authenticate(HttpExchange exchange) {
    return Inbound.failed(Servers.HOOK, exchange.getLocalAddress().getPort(), fault)
        ? new Failure(UNAVAILABLE)
        : new Success(nobody());
  }

  @SuppressWarnings("NullAway") // the library keeps it as it is: nobody was asked who he is
  private static HttpPrincipal nobody() {
    @Nullable HttpPrincipal nobody = null;
    return nobody;
  }
}
