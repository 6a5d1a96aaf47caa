/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.jspecify.annotations.Nullable;

/** Says as a Status what Armeria refuses by itself, before a service has the request whole. */
final class ProtocolErrors implements ServerErrorHandler {
  @Override
  @SuppressWarnings("NullAway") // null leaves it to Armeria
  public com.linecorp.armeria.common.@Nullable HttpResponse onServiceException(
      ServiceRequestContext context, Throwable cause) {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway") // as above
  public @Nullable AggregatedHttpResponse onProtocolViolation(
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return tooLarge(config, status);
  }

  @Override
  @SuppressWarnings("NullAway") // as above
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return tooLarge(config, status);
  }

  private static @Nullable AggregatedHttpResponse tooLarge(
      ServiceConfig config, HttpStatus status) {
    return status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)
        ? AggregatedHttpResponse.of(
            status,
            MediaType.JSON,
            HttpData.wrap(
                Bodies.write(ApiException.tooLarge(config.maxRequestLength()).toStatus(), false)))
        : null;
  }
}
