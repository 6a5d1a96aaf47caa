/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import java.util.List;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** Puts what an attempt changes into what is sent and received. */
final class Wire {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private Wire() {}

  /** Returns the request to send; the same if the attempt changes nothing. */
  static Request request(Request logical, Attempt attempt) {
    String authority = attempt.authority();
    String path = attempt.path();
    if (authority == null && path == null && !attempt.mutatesRequest()) {
      return logical;
    }
    Request.Builder sent = logical.newBuilder();
    if (path != null) {
      int query = path.indexOf('?');
      sent.url(
          logical
              .url()
              .newBuilder()
              .encodedPath(query < 0 ? path : path.substring(0, query))
              .encodedQuery(query < 0 ? null : path.substring(query + 1))
              .build());
    }
    if (authority != null) {
      sent.header("Host", authority);
    }
    attempt.mutateRequest(sent, RequestView.REQUEST_HEADERS);
    return sent.build();
  }

  /** Returns the response to deliver, whose body ends the attempt. */
  static Response response(Response received, Attempt attempt, Call call) {
    Response.Builder delivered = received.newBuilder();
    attempt.mutateResponse(delivered, RequestView.RESPONSE_HEADERS);
    if (hasNoBody(received)) {
      attempt.end(Ending.COMPLETE);
    } else {
      delivered.body(new AttemptBody(body(received), attempt, call));
    }
    return delivered.build();
  }

  /** Returns the body of a response that came from a call, where there always is one. */
  static ResponseBody body(Response response) {
    return Objects.requireNonNull(response.body());
  }

  /** Returns whether a client speaks HTTP/2 without TLS, which it then does with all servers. */
  static boolean isHttp2(List<Protocol> protocols) {
    return protocols.size() == 1 && protocols.get(0).toString().equals("h2_prior_knowledge");
  }

  private static boolean hasNoBody(Response response) {
    int status = response.code();
    return status == NO_CONTENT
        || status == NOT_MODIFIED
        || status == SWITCHING_PROTOCOLS
        || response.request().method().equals("HEAD")
        || body(response).contentLength() == 0;
  }
}
