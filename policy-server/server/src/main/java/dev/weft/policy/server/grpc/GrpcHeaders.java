/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.grpc;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpHeadersBuilder;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.grpc.protocol.GrpcHeaderNames;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers and trailers of calls. */
final class GrpcHeaders {
  private static final String CONTENT_TYPE = "application/grpc+proto";
  private static final String HEX = "0123456789ABCDEF";

  private GrpcHeaders() {}

  /** Returns what a client sent as metadata. Binary entries are left out: nobody reads any. */
  static Metadata metadata(RequestHeaders headers) {
    Metadata metadata = new Metadata();
    for (Map.Entry<AsciiString, String> header : headers) {
      String name = header.getKey().toString();
      if (!name.startsWith(":") && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), header.getValue());
      }
    }
    return metadata;
  }

  static ResponseHeaders start() {
    return response().build();
  }

  /** Returns the only headers of a call that ends before anything was sent. */
  static ResponseHeaders trailersOnly(Status status) {
    ResponseHeadersBuilder headers = response();
    headers.endOfStream(true);
    add(headers, status);
    return headers.build();
  }

  static HttpHeaders trailers(Status status) {
    HttpHeadersBuilder trailers = HttpHeaders.builder().endOfStream(true);
    add(trailers, status);
    return trailers.build();
  }

  private static ResponseHeadersBuilder response() {
    return ResponseHeaders.builder(HttpStatus.OK)
        .set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
        .set(GrpcHeaderNames.GRPC_ACCEPT_ENCODING, "identity");
  }

  private static void add(HttpHeadersBuilder headers, Status status) {
    headers.set(GrpcHeaderNames.GRPC_STATUS, Integer.toString(status.getCode().value()));
    @Nullable String description = status.getDescription();
    if (description != null) {
      headers.set(GrpcHeaderNames.GRPC_MESSAGE, percentEncoded(description));
    }
  }

  /** Encodes a message as the gRPC protocol wants it: in UTF-8, visible ASCII but % as it is. */
  private static String percentEncoded(String message) {
    StringBuilder encoded = new StringBuilder(message.length());
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
      }
    }
    return encoded.toString();
  }
}
