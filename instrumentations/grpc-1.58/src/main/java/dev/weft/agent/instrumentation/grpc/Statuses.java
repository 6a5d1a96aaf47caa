/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Reply;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Map;
import java.util.Set;

/** Between HTTP's statuses, gRPC's, and the mesh's own answers. */
final class Statuses {
  /** An attempt took longer than its policy allows, and nothing else is to be said. */
  static final Status UPSTREAM_TIMEOUT =
      Status.DEADLINE_EXCEEDED.withDescription("upstream request timeout");

  /** The application's deadline came while the mesh let the call wait. */
  static final Status DEADLINE_DURING_DELAY =
      Status.DEADLINE_EXCEEDED.withDescription("deadline exceeded while delayed by the mesh");

  /** What the library says of calls that {@code shutdownNow()} ends. */
  static final Status SHUTDOWN_NOW =
      Status.UNAVAILABLE.withDescription("Channel shutdownNow invoked");

  /** A call that waits for ready lost its route meanwhile. */
  static final Status NO_LONGER_MANAGED =
      Status.UNAVAILABLE.withDescription("the mesh no longer knows the host");

  /** The mesh orders TLS to an address that it does not know. */
  static final Status CANNOT_SECURE =
      Status.UNAVAILABLE.withDescription(
          "the mesh orders TLS, which the application's own channel cannot be given");

  private static final String HTTP_STATUS_CODE = "HTTP status code ";
  private static final Set<String> OF_THE_TRANSPORT =
      Set.of("content-type", "content-length", "grpc-status", "grpc-message");

  private Statuses() {}

  /** Returns the status that the mesh's own answer closes a call with. */
  static Status of(Reply reply) {
    int code = reply.grpcStatus();
    Status status = code >= 0 ? Status.fromCodeValue(code) : ofHttp(reply.status());
    return reply.body().isEmpty() ? status : status.withDescription(reply.body());
  }

  /** Returns the trailers that go with {@link #of(Reply)}. */
  static Metadata trailers(Reply reply) {
    Metadata trailers = new Metadata();
    for (Map.Entry<String, String> header : reply.headers()) {
      if (!OF_THE_TRANSPORT.contains(header.getKey())) {
        MetadataHeaders.INSTANCE.add(trailers, header.getKey(), header.getValue());
      }
    }
    return trailers;
  }

  /**
   * Returns what gRPC's clients make of an HTTP status without a gRPC one, see <a
   * href="https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md">the
   * mapping</a>.
   */
  static Status ofHttp(int status) {
    return switch (status) {
      case 400, 431 -> Status.INTERNAL;
      case 401 -> Status.UNAUTHENTICATED;
      case 403 -> Status.PERMISSION_DENIED;
      case 404 -> Status.UNIMPLEMENTED;
      case 429, 502, 503, 504 -> Status.UNAVAILABLE;
      default -> Status.UNKNOWN;
    };
  }

  /**
   * Returns the HTTP status of a peer that does not speak gRPC, which the library says in words
   * only; 0 if it is about something else.
   */
  static int httpStatus(Status status) {
    String description = status.getDescription();
    int end = HTTP_STATUS_CODE.length() + 3;
    if (description == null
        || !description.startsWith(HTTP_STATUS_CODE)
        || description.length() < end) {
      return 0;
    }
    try {
      return Integer.parseInt(description, HTTP_STATUS_CODE.length(), end, 10);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Returns whether the status tells of the connection or of what the peer did to the stream, and
   * not of something that the library or the application did here.
   */
  static boolean isOfTransport(Status status) {
    return status.getCode() == Status.Code.UNAVAILABLE || descriptionHas(status, "HTTP/2 error");
  }

  /** Returns whether the peer says that it did not process the call. */
  static boolean isRefusedStream(Status status) {
    return descriptionHas(status, "REFUSED_STREAM");
  }

  private static boolean descriptionHas(Status status, String words) {
    String description = status.getDescription();
    return description != null && description.contains(words);
  }
}
