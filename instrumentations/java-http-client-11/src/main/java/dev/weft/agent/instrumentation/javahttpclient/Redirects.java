/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows redirects for one call by the library's own rules: which statuses, how often, with which
 * method, body and headers. Not thread-safe.
 */
final class Redirects {
  /** What does not go to another origin. */
  private static final Set<String> SAME_ORIGIN_ONLY =
      Set.of("authorization", "cookie", "origin", "referer", "host");

  private static final int LIMIT = Integer.getInteger("jdk.httpclient.redirects.retrylimit", 5);

  private final HttpClient.Redirect policy;
  private int count;

  private Redirects(HttpClient.Redirect policy) {
    this.policy = policy;
  }

  /** Returns what follows redirects for one call of the client; null if it follows none. */
  static @Nullable Redirects of(HttpClient client) {
    HttpClient.Redirect policy = client.followRedirects();
    return policy == HttpClient.Redirect.NEVER ? null : new Redirects(policy);
  }

  /**
   * Returns the request that follows the response, counted; null to hand the response out.
   *
   * @param redirects what follows them; null if nothing does
   * @throws UncheckedIOException if it is a redirect without a Location, as the library does
   */
  static @Nullable HttpRequest next(
      @Nullable Redirects redirects, HttpRequest request, int status, HttpHeaders headers) {
    return redirects == null || !isRedirect(status)
        ? null
        : redirects.next(request, status, headers);
  }

  private @Nullable HttpRequest next(HttpRequest request, int status, HttpHeaders headers) {
    URI target =
        headers
            .firstValue("location")
            .map(location -> request.uri().resolve(URI.create(location)))
            .orElseThrow(() -> new UncheckedIOException(new IOException("Invalid redirection")));
    if (!allows(request.uri(), target) || ++count >= LIMIT) {
      return null;
    }
    return new Following(request, target, method(status, request.method()), status != 303);
  }

  /** Returns the request that a request leads back to by redirects; itself if by none. */
  static HttpRequest original(HttpRequest request) {
    HttpRequest original = request;
    while (original instanceof Following following) {
      original = following.original;
    }
    return original;
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private boolean allows(URI from, URI to) {
    String scheme = to.getScheme();
    return policy == HttpClient.Redirect.ALWAYS
        || from.getScheme().equalsIgnoreCase(scheme)
        || "https".equalsIgnoreCase(scheme);
  }

  private static String method(int status, String method) {
    return switch (status) {
      case 301, 302 -> method.equals("POST") ? "GET" : method;
      case 303 -> "GET";
      default -> method;
    };
  }

  private static final class Following extends HttpRequest {
    private final HttpRequest original;
    private final URI uri;
    private final String method;
    private final boolean mayHaveBody;
    private final boolean sameOrigin;

    Following(HttpRequest original, URI uri, String method, boolean mayHaveBody) {
      this.original = original;
      this.uri = uri;
      this.method = method;
      this.mayHaveBody = mayHaveBody && method.equals(original.method());
      this.sameOrigin =
          uri.getScheme().equalsIgnoreCase(original.uri().getScheme())
              && uri.getRawAuthority().equals(original.uri().getRawAuthority());
    }

    @Override
    public HttpHeaders headers() {
      HttpHeaders headers = original.headers();
      return sameOrigin
          ? headers
          : HttpHeaders.of(
              headers.map(),
              (name, value) -> !SAME_ORIGIN_ONLY.contains(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
      return mayHaveBody ? original.bodyPublisher() : Optional.empty();
    }

    @Override
    public String method() {
      return method;
    }

    @Override
    public Optional<Duration> timeout() {
      return original.timeout();
    }

    @Override
    public boolean expectContinue() {
      return original.expectContinue();
    }

    @Override
    public URI uri() {
      return uri;
    }

    @Override
    public Optional<HttpClient.Version> version() {
      return original.version();
    }
  }
}
