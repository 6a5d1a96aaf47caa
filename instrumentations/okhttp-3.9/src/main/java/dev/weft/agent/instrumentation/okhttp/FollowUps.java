/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.net.HttpURLConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * Hands the follow-up that OkHttp made of a response (redirect, answer to a challenge) up the stack
 * to {@link CallInterceptor} instead of letting OkHttp send it. Both ends run on the same thread,
 * one right after the other; the maps stand in for an argument that OkHttp does not pass on.
 */
public final class FollowUps {
  private static final int CLIENT_TIMEOUT = HttpURLConnection.HTTP_CLIENT_TIMEOUT;
  private static final int UNAVAILABLE = HttpURLConnection.HTTP_UNAVAILABLE;

  /** By the body, which is the same object in every copy of a response. */
  private static final Map<ResponseBody, Request> TAKEN = new ConcurrentHashMap<>();

  /** What came before a follow-up that is being sent. A request equals only itself. */
  private static final Map<Request, Response> PRIOR = new ConcurrentHashMap<>();

  private static final boolean BODY_IS_NULLABLE = bodyIsNullable();

  private FollowUps() {}

  /** Returns the response as OkHttp would look at it: with the one that came before it. */
  static Response withPrior(Response response) {
    Response prior = PRIOR.isEmpty() ? null : PRIOR.get(response.request());
    return prior == null ? response : response.newBuilder().priorResponse(prior).build();
  }

  /**
   * Keeps a follow-up for {@link #take} and returns null; or returns it for OkHttp to deal with.
   */
  static @Nullable Request keep(Response response, Request followUp) {
    ResponseBody body = response.body();
    if (body == null || !CallInterceptor.isInClients() || RequestView.isOneShot(followUp.body())) {
      return followUp;
    }
    if (followUp != response.request()) {
      TAKEN.put(body, followUp);
    } else if (!isRepeated(response)) {
      TAKEN.put(body, followUp.newBuilder().build()); // the application may send its own elsewhere
    }
    return null;
  }

  /** Returns the follow-up of a response, once; null if it is the answer to the call. */
  static @Nullable Request take(Response response) {
    ResponseBody body = response.body();
    return TAKEN.isEmpty() || body == null ? null : TAKEN.remove(body);
  }

  static void sending(Request followUp, Response prior) {
    PRIOR.put(followUp, prior);
  }

  static void sent(Request followUp) {
    PRIOR.remove(followUp);
  }

  /** Returns a closed response as it may stand as the prior of another. */
  static Response withoutBody(Response response) {
    return BODY_IS_NULLABLE ? response.newBuilder().body(null).build() : response;
  }

  private static boolean isRepeated(Response response) {
    Response prior = response.priorResponse();
    int status = response.code();
    return (status == CLIENT_TIMEOUT || status == UNAVAILABLE)
        && prior != null
        && prior.code() == status;
  }

  /** OkHttp 3 and 4 want no body in a prior response, OkHttp 5 knows no response without one. */
  private static boolean bodyIsNullable() {
    try {
      return new Response.Builder().body(null) != null;
    } catch (NullPointerException e) {
      return false;
    }
  }
}
