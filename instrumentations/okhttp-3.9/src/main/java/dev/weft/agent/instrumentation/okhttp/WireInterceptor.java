/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * The first network interceptor of every client: puts what the attempt changes into the request
 * that is sent, and tells the attempt of the response before OkHttp's cookies and cache see it.
 */
final class WireInterceptor implements Interceptor {
  static final WireInterceptor INSTANCE = new WireInterceptor();

  private WireInterceptor() {}

  @Override
  public Response intercept(Chain chain) throws IOException {
    Exchange exchange = Exchange.of(chain.call());
    return exchange == null ? chain.proceed(chain.request()) : exchange.send(chain);
  }
}
