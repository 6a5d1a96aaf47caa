/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.access;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.weft.policy.api.RequestNotes;
import dev.weft.policy.ca.PeerCertificates;
import dev.weft.policy.ca.RateLimit;
import dev.weft.policy.ca.SpiffeId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Lets users do with the API what their role allows, and writes down who changed what. Plain text,
 * where the server takes it, is let in as it comes. Thread-safe.
 */
public final class AccessControl implements DecoratingHttpServiceFunction {
  private static final Logger AUDIT = System.getLogger("dev.weft.policy.server.audit");
  private static final int REFUSALS_PER_SECOND = 10;
  private static final String BEARER = "bearer ";
  private static final Set<String> OPEN = Set.of("/healthz", "/livez", "/readyz", "/weft/v1/trust");
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final User ANYBODY = new User("anybody in plain text", Role.ADMIN, Set.of());

  private final ApiUsers users;
  private final RateLimit limit;
  private final RateLimit refusals = new RateLimit(REFUSALS_PER_SECOND);
  private final LongAdder limited = new LongAdder();

  /**
   * @param users by their tokens and certificates
   * @param limit how often each may ask, and each address that is nobody
   */
  public AccessControl(ApiUsers users, RateLimit limit) {
    this.users = users;
    this.limit = limit;
  }

  /** Returns how many requests were refused because they came too often. */
  public long limitedSoFar() {
    return limited.sum();
  }

  @Override
  public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    List<String> segments = segments(context.path());
    // gRPC looks after itself: agents show certificates, not tokens.
    boolean isGrpc = segments.get(0).indexOf('.') > 0;
    if (isGrpc || OPEN.contains(context.path())) {
      return service.serve(context, request);
    }
    User user = user(context, request);
    String caller = limitedAs(user, context);
    if (!limit.take(caller)) {
      limited.increment();
      auditRefusal(caller, context, request, user, HttpStatus.TOO_MANY_REQUESTS);
      return tooMany(request);
    }
    if (user == null) {
      auditRefusal(caller, context, request, null, HttpStatus.UNAUTHORIZED);
      return refused(
          request,
          HttpStatus.UNAUTHORIZED,
          "Unauthorized",
          "no API token or client certificate, or one that is not known (expected: Authorization:"
              + " Bearer and a token; the administrator's is in the data directory, admin-token)");
    }
    Role needed = needed(request.method(), segments);
    String namespace = namespace(segments);
    boolean isAbout = isResource(segments);
    if (!(isAbout ? user.may(needed, namespace) : user.role().includes(needed))) {
      audit(context, request, user, HttpStatus.FORBIDDEN.code());
      return refused(
          request,
          HttpStatus.FORBIDDEN,
          "Forbidden",
          user.name()
              + " is "
              + user.role()
              + (user.namespaces().isEmpty() ? "" : " in " + user.namespaces())
              + " (expected: "
              + needed
              + (namespace.isEmpty() ? "" : " in " + namespace)
              + ")");
    }
    if (!READING.contains(request.method())) {
      CompletableFuture<?> unused =
          context
              .log()
              .whenComplete()
              .thenAccept(
                  log -> audit(context, request, user, log.responseHeaders().status().code()));
    }
    RequestNotes.limitTo(context, user.namespaces());
    return service.serve(context, request);
  }

  private @Nullable User user(ServiceRequestContext context, HttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return users.byToken(header.substring(BEARER.length()).strip());
    }
    if (!context.sessionProtocol().isTls()) {
      return ANYBODY;
    }
    return PeerCertificates.isCurrent(context.sslSession())
        ? byCertificate(context.sslSession())
        : null;
  }

  private @Nullable User byCertificate(@Nullable SSLSession session) {
    SpiffeId id = PeerCertificates.identity(session);
    if (id != null) {
      return users.byIdentity(id);
    }
    String name = PeerCertificates.commonName(session);
    return name == null ? null : users.byCommonName(name);
  }

  /** A user counts from all its addresses together; who is none has only an address. */
  private static String limitedAs(@Nullable User user, ServiceRequestContext context) {
    return user == null || user.equals(ANYBODY)
        ? "address " + RateLimit.network(context.clientAddress())
        : "user " + user.name();
  }

  /** Identities are made by administrators only; who sees the tokens' names may revoke, too. */
  private static Role needed(HttpMethod method, List<String> segments) {
    if (segments.size() > 2 && segments.get(0).equals("weft") && segments.get(2).equals("tokens")) {
      return Role.ADMIN;
    }
    return READING.contains(method) ? Role.READER : Role.EDITOR;
  }

  /**
   * Returns whether a path names resources, not what kinds there are, and not what the API itself
   * keeps to the user's namespaces: agents and tokens.
   */
  private static boolean isResource(List<String> segments) {
    return switch (segments.get(0)) {
      case "apis" -> segments.size() > 3;
      case "api" -> segments.size() > 2;
      default -> false;
    };
  }

  private static String namespace(List<String> segments) {
    int at = segments.get(0).equals("api") ? 2 : 3;
    return segments.size() > at + 1 && segments.get(at).equals("namespaces")
        ? segments.get(at + 1)
        : "";
  }

  /** Returns the path as the API reads it, or what is allowed and what is done would differ. */
  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      if (!segment.isEmpty()) {
        segments.add(decoded(segment));
      }
    }
    return segments.isEmpty() ? List.of("") : segments;
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return segment; // which the API refuses
    }
  }

  /** A caller's refusals are written down as they come, but no log is flooded by them. */
  private void auditRefusal(
      String caller,
      ServiceRequestContext context,
      HttpRequest request,
      @Nullable User user,
      HttpStatus status) {
    if (refusals.take(caller)) {
      audit(context, request, user, status.code());
    }
  }

  private static void audit(
      ServiceRequestContext context, HttpRequest request, @Nullable User user, int status) {
    String changed = RequestNotes.changed(context);
    AUDIT.log(
        Level.INFO,
        (user == null ? "nobody" : user.name())
            + " from "
            + context.clientAddress().getHostAddress()
            + ": "
            + request.method()
            + " "
            + context.path()
            + " -> "
            + status
            + (changed == null ? "" : " (" + changed + ")"));
  }

  private static HttpResponse tooMany(HttpRequest request) {
    long seconds = RateLimit.PERIOD.toSeconds();
    return answer(
        request,
        ResponseHeaders.builder(HttpStatus.TOO_MANY_REQUESTS)
            .set(HttpHeaderNames.RETRY_AFTER, Long.toString(seconds)),
        "TooManyRequests",
        "too many requests (expected: fewer a second than --api-rate; again in " + seconds + " s)");
  }

  private static HttpResponse refused(
      HttpRequest request, HttpStatus status, String reason, String message) {
    return answer(
        request,
        ResponseHeaders.builder(status).set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer"),
        reason,
        message);
  }

  private static HttpResponse answer(
      HttpRequest request, ResponseHeadersBuilder headers, String reason, String message) {
    request.abort();
    HttpStatus status = headers.status();
    return HttpResponse.of(
        headers.contentType(MediaType.JSON).build(),
        HttpData.ofUtf8(
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                + "\"message\":\""
                + message.replace("\\", "\\\\").replace("\"", "\\\"")
                + "\",\"reason\":\""
                + reason
                + "\",\"code\":"
                + status.code()
                + "}"));
  }
}
