/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.RequestReader;
import org.apache.coyote.Request;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;
import org.jspecify.annotations.Nullable;

/** How Tomcat's connector says things, as they came over the wire. */
final class RequestView implements RequestReader<Request> {
  static final RequestView INSTANCE = new RequestView();

  private RequestView() {}

  @Override
  public @Nullable String host(Request request) {
    String host = text(request.serverName());
    return host == null || host.isEmpty() ? null : host;
  }

  @Override
  public @Nullable String authority(Request request) {
    // In HTTP/2 a header of this name may stand beside the authority, which alone counts.
    String sent = isHttp2(request) ? null : header(request, "host");
    if (sent != null) {
      return sent;
    }
    String host = host(request);
    int port = request.getServerPort(); // not set if it was not sent
    return host == null || port < 0 ? host : host + ':' + port;
  }

  private static boolean isHttp2(Request request) {
    return "HTTP/2.0".equals(text(request.protocol()));
  }

  @Override
  public int port(Request request) {
    return request.getLocalPort();
  }

  // The newest versions have getMethod(), too; older ones do not.
  @SuppressWarnings("deprecation")
  @Override
  public String method(Request request) {
    String method = text(request.method());
    return method == null ? "" : method;
  }

  @Override
  public String path(Request request) {
    String path = text(request.requestURI());
    if (path == null || path.isEmpty()) {
      path = "/";
    }
    String query = text(request.queryString());
    return query == null ? path : path + '?' + query;
  }

  @Override
  public @Nullable String header(Request request, String name) {
    MimeHeaders headers = request.getMimeHeaders();
    String joined = null;
    for (int i = 0; i < headers.size(); i++) {
      if (headers.getName(i).equalsIgnoreCase(name)) {
        String value = text(headers.getValue(i));
        joined = joined == null ? value : joined + ',' + value;
      }
    }
    return joined;
  }

  @Override
  public boolean isMutable(Request request) {
    return true;
  }

  @Override
  public boolean isReplayable(Request request) {
    return false;
  }

  @Override
  public boolean isGrpc(Request request) {
    String type = header(request, "content-type");
    return type != null && type.startsWith("application/grpc");
  }

  /**
   * Returns the text, or null if there is none. Does not ask bytes for a string: in some versions
   * they would no longer be bytes then, and Tomcat decodes paths that came as bytes only.
   */
  static @Nullable String text(MessageBytes bytes) {
    return bytes.getType() == MessageBytes.T_BYTES
        ? bytes.getByteChunk().toString()
        : bytes.toString();
  }
}
