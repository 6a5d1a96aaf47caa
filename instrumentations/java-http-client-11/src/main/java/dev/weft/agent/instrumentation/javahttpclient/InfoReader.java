/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.HeaderReader;
import java.net.http.HttpResponse.ResponseInfo;
import org.jspecify.annotations.Nullable;

/** How {@link ResponseInfo} says things. */
final class InfoReader implements HeaderReader<ResponseInfo> {
  static final InfoReader INSTANCE = new InfoReader();

  private InfoReader() {}

  @Override
  public @Nullable String header(ResponseInfo response, String name) {
    return RequestView.joined(response.headers(), name);
  }
}
