/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Reply;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.coyote.Response;
import org.jspecify.annotations.Nullable;

/** What a gRPC call on top of Tomcat's HTTP/2 ended with. */
final class GrpcStatus {
  private static final String NAME = "grpc-status";
  private static final int UNKNOWN = 2;

  private GrpcStatus() {}

  /** Returns 0 to 16; 2 (unknown) if the application sent none. */
  static int of(Response response) {
    String header = response.getMimeHeaders().getHeader(NAME);
    String status = header == null ? trailer(response) : header;
    try {
      return status == null ? UNKNOWN : Integer.parseInt(status);
    } catch (NumberFormatException e) {
      return UNKNOWN;
    }
  }

  /** Writes a reply as a gRPC response without messages: its headers are its trailers. */
  static void write(Response answer, Reply reply) {
    answer.setStatus(200);
    answer.setContentType("application/grpc");
    for (Map.Entry<String, String> header : reply.headers()) {
      if (!header.getKey().equals("content-type")) {
        answer.addHeader(header.getKey(), header.getValue());
      }
    }
    answer.addHeader(NAME, Integer.toString(reply.grpcStatus() < 0 ? UNKNOWN : reply.grpcStatus()));
    answer.addHeader("grpc-message", percentEncoded(reply.body()));
  }

  private static String percentEncoded(String message) {
    StringBuilder encoded = new StringBuilder(message.length());
    for (byte next : message.getBytes(StandardCharsets.UTF_8)) {
      if (next >= ' ' && next <= '~' && next != '%') {
        encoded.append((char) next);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(next));
      }
    }
    return encoded.toString();
  }

  private static @Nullable String trailer(Response response) {
    try {
      Supplier<Map<String, String>> trailers = response.getTrailerFields();
      return trailers == null ? null : trailers.get().get(NAME);
    } catch (NoSuchMethodError e) {
      return null; // Tomcat 8.5 has no trailers
    }
  }
}
