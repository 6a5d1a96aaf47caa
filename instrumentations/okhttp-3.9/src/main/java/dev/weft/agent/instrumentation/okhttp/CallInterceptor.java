/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.util.List;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The last application interceptor of one client. It asks the mesh about each hop of a call: the
 * request itself and every follow-up that OkHttp would send by its own rules. Thread-safe.
 */
public final class CallInterceptor implements Interceptor {
  /** The hook in the agent's reports. */
  static final String HOOK = "okhttp-3.9";

  private static final int MAX_FOLLOW_UPS = 20; // as OkHttp's own

  /** All clients or, if the constructor could not be woven, none. */
  private static volatile boolean inClients;

  /** Written within the client's constructor, so whoever sees the client sees it. */
  private @Nullable OkHttpClient client;

  private @Nullable Shadow shadow;

  private CallInterceptor() {}

  /**
   * Puts the mesh's interceptors into the lists of a client that is about to be built; those of the
   * client that the builder was made from are taken out.
   *
   * @return the new client's, to be told the client
   */
  static CallInterceptor addTo(OkHttpClient.Builder builder) {
    List<Interceptor> application = builder.interceptors();
    application.removeIf(CallInterceptor.class::isInstance);
    CallInterceptor added = new CallInterceptor();
    application.add(added);

    List<Interceptor> network = builder.networkInterceptors();
    network.removeIf(WireInterceptor.class::isInstance);
    network.add(0, WireInterceptor.INSTANCE); // the application's own see what is sent
    return added;
  }

  /** Returns whether calls pass here, so that their follow-ups can be left to us. */
  static boolean isInClients() {
    return inClients;
  }

  void setClient(OkHttpClient client) {
    this.client = client;
    this.shadow = new Shadow(client);
    inClients = true;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    Call call = begin(request);
    if (call == null) {
      Response response = chain.proceed(request);
      Request next = FollowUps.take(response);
      return next == null ? response : follow(chain, response, null, next);
    }
    Exchange exchange = new Exchange(chain, request, call, null, shadow);
    Response response = exchange.run();
    Request next = FollowUps.take(response);
    return next == null ? response : follow(chain, response, exchange, next);
  }

  /** Sends follow-up after follow-up, each decided anew, until OkHttp has none for the answer. */
  private Response follow(
      Chain chain, Response first, @Nullable Exchange firstExchange, Request firstNext)
      throws IOException {
    Response response = first;
    Exchange exchange = firstExchange;
    Request next = firstNext;
    for (int count = 1; ; count++) {
      if (exchange != null) {
        exchange.endFollowed();
      }
      response.close();
      if (count > MAX_FOLLOW_UPS) {
        throw new ProtocolException("Too many follow-up requests: " + count);
      }
      Response prior = FollowUps.withoutBody(response);
      Call call = begin(next);
      FollowUps.sending(next, prior);
      try {
        if (call == null) {
          exchange = null;
          response = chain.proceed(next);
        } else {
          exchange = new Exchange(chain, next, call, exchange, shadow);
          response = exchange.run();
        }
      } finally {
        FollowUps.sent(next);
      }
      Request following = FollowUps.take(response);
      response = response.newBuilder().priorResponse(prior).build();
      if (following == null) {
        return response;
      }
      next = following;
    }
  }

  private @Nullable Call begin(Request request) {
    Call copied = Shadow.take(request);
    if (copied != null) {
      return copied;
    }
    OkHttpClient own = client;
    if (request.isHttps() || own == null || goesThroughProxy(own, request)) {
      return null;
    }
    try {
      return Outbound.begin(request, RequestView.INSTANCE);
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(HOOK, "begin", e);
      return null;
    }
  }

  private static boolean goesThroughProxy(OkHttpClient client, Request request) {
    Proxy proxy = client.proxy();
    return proxy != null
        ? proxy.type() != Proxy.Type.DIRECT
        : Proxies.selects(client.proxySelector(), request.url());
  }
}
