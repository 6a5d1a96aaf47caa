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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves gRPC services of any kind of call. A stream may last and grow without limit, each message
 * may not. There is no compression; deadlines are the callers' own business.
 */
public final class GrpcServices implements HttpService {
  private static final String CONTENT_TYPE = "application/grpc";

  /** By path. */
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

  private final int maxMessageBytes;

  private GrpcServices(int maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * Adds services to a server.
   *
   * @param maxMessageBytes the most bytes that one message of a client may have
   */
  public static void addTo(
      ServerBuilder server, List<BindableService> services, int maxMessageBytes) {
    GrpcServices grpc = new GrpcServices(maxMessageBytes);
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
    return GrpcCall.start(method, context, request, maxMessageBytes);
  }

  private static HttpResponse refused(HttpRequest request, Status status) {
    request.abort();
    return HttpResponse.of(GrpcHeaders.trailersOnly(status));
  }
}
