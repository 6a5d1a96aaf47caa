/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The API as an Armeria service: turns its requests into ours and our answers into its. */
final class ApiService implements HttpService {
  private static final int WARNING_CODE = 299;
  private static final int FIRST_FAILURE = 400;
  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final Function<ApiRequest, ApiAnswer> api;
  private final OpenWatches watches;

  /**
   * Makes a service.
   *
   * @param api answers; may block
   */
  ApiService(Function<ApiRequest, ApiAnswer> api, OpenWatches watches) {
    this.api = api;
    this.watches = watches;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .handleAsync(
                (aggregated, failure) ->
                    failure == null
                        ? answer(context, aggregated)
                        : refused(request.headers(), context, failure),
                context.blockingTaskExecutor()));
  }

  private HttpResponse answer(ServiceRequestContext context, AggregatedHttpRequest aggregated) {
    ApiRequest request;
    try {
      request = toApiRequest(context, aggregated);
    } catch (IllegalArgumentException e) {
      return toHttp("*/*", ApiException.badRequest("the path is malformed: " + e.getMessage()));
    }
    ApiAnswer answer = api.apply(request);
    if (answer instanceof ApiAnswer.Events events) {
      return WatchStream.start(events.watch(), context, watches);
    }
    ApiAnswer.Document document = (ApiAnswer.Document) answer;
    if (document.status() < FIRST_FAILURE && !READING.contains(request.method())) {
      RequestNotes.answered(context, document.json(), !request.parameter("dryRun").isEmpty());
    }
    return toHttp(request.accept(), document);
  }

  /** Answers a request whose body did not come in whole. */
  private static HttpResponse refused(
      RequestHeaders headers, ServiceRequestContext context, Throwable failure) {
    String accept = headers.get(HttpHeaderNames.ACCEPT, "*/*");
    return failure instanceof ContentTooLargeException
            || failure.getCause() instanceof ContentTooLargeException
        ? toHttp(accept, ApiException.tooLarge(context.maxRequestLength()))
        : toHttp(accept, ApiException.badRequest("the body did not come: " + failure));
  }

  private static HttpResponse toHttp(String accept, ApiException failure) {
    return toHttp(accept, new ApiAnswer.Document(failure.code(), failure.toStatus(), List.of()));
  }

  private static HttpResponse toHttp(String accept, ApiAnswer.Document document) {
    Accepted accepted;
    try {
      accepted = Accepted.of(accept, true, true);
    } catch (ApiException e) {
      accepted = new Accepted(Accepted.Form.JSON, "application/json");
    }
    boolean isYaml = accepted.form() == Accepted.Form.YAML;
    boolean isDiscovery = document.json().path("kind").asText().equals("APIGroupDiscoveryList");
    String type = isYaml || isDiscovery ? accepted.contentType() : "application/json";
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(document.status())
            .contentType(MediaType.parse(type))
            .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private")
            .set(HttpHeaderNames.VARY, "Accept");
    for (String warning : document.warnings()) {
      headers.add(
          HttpHeaderNames.WARNING,
          WARNING_CODE + " - \"" + warning.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
    }
    return HttpResponse.of(headers.build(), HttpData.wrap(Bodies.write(document.json(), isYaml)));
  }

  private static ApiRequest toApiRequest(
      ServiceRequestContext context, AggregatedHttpRequest request) {
    List<String> segments = new ArrayList<>();
    for (String segment : context.path().split("/", -1)) {
      if (!segment.isEmpty()) {
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
    Map<String, String> query = new HashMap<>();
    QueryParams parameters = context.queryParams();
    for (String name : parameters.names()) {
      query.put(name, parameters.get(name, ""));
    }
    MediaType contentType = request.contentType();
    return new ApiRequest(
        request.method().name(),
        segments,
        query,
        request.headers().get(HttpHeaderNames.ACCEPT, "*/*"),
        contentType == null
            ? ""
            : (contentType.type() + "/" + contentType.subtype()).toLowerCase(Locale.ROOT),
        request.headers().get(HttpHeaderNames.USER_AGENT, ""),
        request.content(),
        RequestNotes.namespaces(context));
  }
}
