/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.Callback;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Copies of one client's calls for mirrors: sent in the background, their responses forgotten. The
 * application's interceptors, cache, cookies and listeners do not see them. Thread-safe.
 */
final class Shadow {
  /** Beyond so many copies that wait for a thread, further ones are dropped. */
  private static final int MAX_WAITING = 64;

  /** The application's own dispatcher is left to the application's calls. */
  private static final Dispatcher DISPATCHER = new Dispatcher(daemons());

  private static final Map<Request, Call> COPIES = new ConcurrentHashMap<>(); // by identity

  private final OkHttpClient client;
  private volatile @Nullable OkHttpClient background;

  Shadow(OkHttpClient client) {
    this.client = client;
  }

  /** Returns the mesh's call that a request was copied for, once; null if it is no copy. */
  static @Nullable Call take(Request request) {
    return COPIES.isEmpty() ? null : COPIES.remove(request);
  }

  /** Sends the copies that an attempt calls for, if the request can be sent more than once. */
  void send(Request request, Attempt attempt) {
    Call mirror = attempt.mirror();
    if (mirror == null) {
      return;
    }
    if (!RequestView.INSTANCE.isReplayable(request)
        || DISPATCHER.queuedCallsCount() >= MAX_WAITING) {
      mirror.abandon();
      return;
    }
    Request copy = request.newBuilder().build();
    COPIES.put(copy, mirror);
    try {
      background().newCall(copy).enqueue(new Forgetting(copy));
    } catch (RuntimeException | LinkageError e) {
      giveUp(copy);
      Outbound.failed(CallInterceptor.HOOK, "mirror", e);
    }
  }

  private OkHttpClient background() {
    OkHttpClient current = background;
    if (current == null) {
      current = client.dispatcher().equals(DISPATCHER) ? client : copied();
      background = current; // two of them share all that counts
    }
    return current;
  }

  private OkHttpClient copied() {
    OkHttpClient.Builder builder =
        client
            .newBuilder()
            .authenticator(Authenticator.NONE)
            .cache(null)
            .cookieJar(new ReadOnlyCookies(client.cookieJar()))
            .dispatcher(DISPATCHER)
            .eventListener(EventListener.NONE)
            .followRedirects(false)
            .followSslRedirects(false);
    builder.interceptors().clear();
    return builder.build();
  }

  private static void giveUp(Request copy) {
    Call mirror = COPIES.remove(copy);
    if (mirror != null) {
      mirror.abandon();
    }
  }

  private static ThreadPoolExecutor daemons() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE, // the dispatcher sets the limit
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "weft-mirror");
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Reads a response away. */
  private record Forgetting(Request copy) implements Callback {
    @Override
    public void onFailure(okhttp3.Call call, IOException failure) {
      giveUp(copy); // if it did not come as far as the mesh
    }

    @Override
    public void onResponse(okhttp3.Call call, Response response) {
      response.close();
    }
  }

  /** Sends what is there and keeps nothing of what comes. */
  private record ReadOnlyCookies(CookieJar jar) implements CookieJar {
    @Override
    public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {
      // The original's response has its own.
    }

    @Override
    public List<Cookie> loadForRequest(HttpUrl url) {
      return jar.loadForRequest(url);
    }
  }
}
