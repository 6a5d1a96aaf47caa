/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.reply;

/** gRPC status codes and Envoy's mappings between them and HTTP statuses. */
public final class GrpcStatus {
  /** No gRPC status is known. */
  public static final int NONE = -1;

  /** CANCELLED. */
  public static final int CANCELLED = 1;

  /** DEADLINE_EXCEEDED. */
  public static final int DEADLINE_EXCEEDED = 4;

  /** RESOURCE_EXHAUSTED. */
  public static final int RESOURCE_EXHAUSTED = 8;

  /** INTERNAL. */
  public static final int INTERNAL = 13;

  /** UNAVAILABLE. */
  public static final int UNAVAILABLE = 14;

  private static final int[] HTTP = {
    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
  };

  private GrpcStatus() {}

  /** Returns the gRPC status of a local reply with an HTTP status, as Envoy has it. */
  public static int fromHttp(int status) {
    return switch (status) {
      case 200 -> 0;
      case 400 -> INTERNAL;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 429, 502, 503, 504 -> UNAVAILABLE;
      default -> 2;
    };
  }

  /** Returns the HTTP status that a gRPC status counts as; 500 for one that is none. */
  public static int toHttp(int grpcStatus) {
    return grpcStatus >= 0 && grpcStatus < HTTP.length ? HTTP[grpcStatus] : 500;
  }
}
