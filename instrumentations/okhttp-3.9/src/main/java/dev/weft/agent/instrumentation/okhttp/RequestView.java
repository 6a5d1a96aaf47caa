/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.RequestReader;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** How OkHttp says host, path and headers. Stateless. */
final class RequestView implements RequestReader<Request> {
  static final RequestView INSTANCE = new RequestView();

  /** Reads a response's headers. */
  static final HeaderReader<Response> RESPONSE =
      (response, name) -> value(response.headers(), name);

  /** Changes a request's headers. */
  static final HeaderWriter<Request.Builder> REQUEST_HEADERS =
      new HeaderWriter<>() {
        @Override
        public void set(Request.Builder request, String name, String value) {
          request.header(name, value);
        }

        @Override
        public void add(Request.Builder request, String name, String value) {
          request.addHeader(name, value);
        }

        @Override
        public void remove(Request.Builder request, String name) {
          request.removeHeader(name);
        }
      };

  /** Changes a response's headers. */
  static final HeaderWriter<Response.Builder> RESPONSE_HEADERS =
      new HeaderWriter<>() {
        @Override
        public void set(Response.Builder response, String name, String value) {
          response.header(name, value);
        }

        @Override
        public void add(Response.Builder response, String name, String value) {
          response.addHeader(name, value);
        }

        @Override
        public void remove(Response.Builder response, String name) {
          response.removeHeader(name);
        }
      };

  private RequestView() {}

  @Override
  public String host(Request request) {
    return request.url().host();
  }

  @Override
  public int port(Request request) {
    return request.url().port();
  }

  @Override
  public String method(Request request) {
    return request.method();
  }

  @Override
  public String path(Request request) {
    HttpUrl url = request.url();
    String query = url.encodedQuery();
    return query == null ? url.encodedPath() : url.encodedPath() + '?' + query;
  }

  @Override
  public @Nullable String header(Request request, String name) {
    return value(request.headers(), name);
  }

  @Override
  public boolean isReplayable(Request request) {
    return !isOneShot(request.body());
  }

  /** Returns whether a body can be written only once. OkHttp takes any other for repeatable. */
  static boolean isOneShot(@Nullable RequestBody body) {
    if (body == null) {
      return false;
    }
    try {
      return body.isOneShot() || body.isDuplex();
    } catch (NoSuchMethodError e) {
      return false; // before OkHttp 3.14
    }
  }

  private static @Nullable String value(Headers headers, String name) {
    String value = null;
    for (int i = 0; i < headers.size(); i++) {
      if (headers.name(i).equalsIgnoreCase(name)) {
        value = value == null ? headers.value(i) : value + ',' + headers.value(i);
      }
    }
    return value;
  }
}
