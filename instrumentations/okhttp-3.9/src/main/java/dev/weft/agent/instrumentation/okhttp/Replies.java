/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Reply;
import java.util.Map;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** Responses that came over no connection. */
final class Replies {
  private static final Headers NO_HEADERS = new Headers.Builder().build();
  private static final int NEITHER_FOLLOWED_NOR_CACHED = 500;

  private Replies() {}

  /** Returns the mesh's own answer as OkHttp would return it from a connection. */
  static Response response(Reply reply, Request request) {
    Buffer body = new Buffer();
    if (!request.method().equals("HEAD")) {
      body.writeUtf8(reply.body());
    }
    Headers.Builder headers = new Headers.Builder();
    for (Map.Entry<String, String> header : reply.headers()) {
      headers.add(header.getKey(), header.getValue());
    }
    headers.set("content-length", Long.toString(body.size()));
    Headers built = headers.build();
    String type = built.get("content-type");
    long now = System.currentTimeMillis();
    return new Response.Builder()
        .request(request)
        .protocol(Protocol.HTTP_1_1)
        .code(reply.status())
        .message(reply.reasonPhrase())
        .headers(built)
        .body(new BufferBody(type == null ? null : MediaType.parse(type), body))
        .sentRequestAtMillis(now)
        .receivedResponseAtMillis(now)
        .build();
  }

  /**
   * Returns what goes up OkHttp's stack instead of a response that is discarded: no cookies are
   * kept, nothing is cached and nothing followed.
   */
  static Response discarded(Response response) {
    return response
        .newBuilder()
        .code(NEITHER_FOLLOWED_NOR_CACHED)
        .headers(NO_HEADERS)
        .body(new BufferBody(null, new Buffer()))
        .build();
  }

  private static final class BufferBody extends ResponseBody {
    private final @Nullable MediaType type;
    private final Buffer content;
    private final long length;

    BufferBody(@Nullable MediaType type, Buffer content) {
      this.type = type;
      this.content = content;
      this.length = content.size();
    }

    @Override
    public @Nullable MediaType contentType() {
      return type;
    }

    @Override
    public long contentLength() {
      return length;
    }

    @Override
    public BufferedSource source() {
      return content;
    }
  }
}
