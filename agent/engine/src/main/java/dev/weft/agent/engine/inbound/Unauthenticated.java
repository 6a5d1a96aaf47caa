/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.engine.authentication.TokenFailure;
import dev.weft.agent.engine.authorization.InboundRequest;
import dev.weft.agent.engine.reply.GrpcStatus;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.seam.Reply;
import java.util.List;
import java.util.Map;

/** The reply to a request without the token that it needs, as Envoy gives it. */
final class Unauthenticated {
  private static final int MAX_REALM_LENGTH = 256;

  private Unauthenticated() {}

  static Reply reply(TokenFailure failure, InboundRequest request) {
    String challenge = "Bearer realm=\"" + realm(request) + "\"";
    if (failure != TokenFailure.MISSING) {
      challenge += ", error=\"invalid_token\"";
    }
    return Replies.of(
        failure.status(),
        GrpcStatus.fromHttp(failure.status()),
        List.of(Map.entry("www-authenticate", challenge)),
        failure.text(),
        "");
  }

  /** The URL that was asked for, without what could end the quotes or the header. */
  private static String realm(InboundRequest request) {
    String authority = request.authority();
    String path = request.path().substring(0, request.pathEnd());
    String url = "http://" + (authority == null ? "" : authority) + path;
    StringBuilder realm = new StringBuilder(url.length());
    for (int i = 0; i < url.length() && i < MAX_REALM_LENGTH; i++) {
      char c = url.charAt(i);
      if (c > ' ' && c < 127 && c != '"' && c != '\\') {
        realm.append(c);
      }
    }
    return realm.toString();
  }
}
