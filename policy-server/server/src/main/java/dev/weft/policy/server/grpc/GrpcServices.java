/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.grpc;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.grpc.protocol.GrpcHeaderNames;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves gRPC services of any kind of call. There is no compression; what callers say of deadlines
 * is their own business.
 */
public final class GrpcServices implements HttpService {
  private static final String CONTENT_TYPE = "application/grpc";

  /** By path. */
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

  private final Limits limits;

  private GrpcServices(Limits limits) {
    this.limits = limits;
  }

  /**
   * What a caller may ask of a service.
   *
   * @param maxMessageBytes the most bytes that one message of a client may have
   * @param timeout how long a call may last; null for streams that last as long as they are wanted
   */
  public record Limits(int maxMessageBytes, @Nullable Duration timeout) {}

  /** Adds services that have the same limits to a server. */
  public static void addTo(ServerBuilder server, List<BindableService> services, Limits limits) {
    GrpcServices grpc = new GrpcServices(limits);
    for (BindableService service : services) {
      ServerServiceDefinition definition = service.bindService();
      for (ServerMethodDefinition<?, ?> method : definition.getMethods()) {
        grpc.methods.put("/" + method.getMethodDescriptor().getFullMethodName(), method);
      }
      server.serviceUnder("/" + definition.getServiceDescriptor().getName() + "/", grpc);
    }
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    context.clearRequestTimeout();
    context.setMaxRequestLength(0);
    RequestHeaders headers = request.headers();
    ServerMethodDefinition<?, ?> method = methods.get(context.path());
    String contentType = headers.get("content-type", "");
    if (!contentType.startsWith(CONTENT_TYPE)) {
      return HttpResponse.of(415);
    }
    if (method == null) {
      return refused(
          request, Status.UNIMPLEMENTED.withDescription("no such method: " + context.path()));
    }
    String encoding = headers.get(GrpcHeaderNames.GRPC_ENCODING, "identity");
    if (!encoding.equals("identity")) {
      return refused(
          request,
          Status.UNIMPLEMENTED.withDescription(
              "grpc-encoding: " + encoding + " (expected: identity)"));
    }
    return GrpcCall.start(method, context, request, limits);
  }

  private static HttpResponse refused(HttpRequest request, Status status) {
    request.abort();
    return HttpResponse.of(GrpcHeaders.trailersOnly(status));
  }
}
