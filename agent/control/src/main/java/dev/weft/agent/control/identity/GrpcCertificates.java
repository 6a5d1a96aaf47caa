/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.identity;

import dev.weft.agent.control.channel.ControlChannel;
import dev.weft.agent.control.channel.ControlThread;
import dev.weft.agent.identity.CertificateClient;
import dev.weft.protocol.lite.istio.auth.v1.IstioCertificateRequest;
import dev.weft.protocol.lite.istio.auth.v1.IstioCertificateResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Asks the policy server for certificates, as Istio's agents ask their CA. Thread-safe. */
public final class GrpcCertificates implements CertificateClient {
  private static final String METHOD = "istio.v1.auth.IstioCertificateService/CreateCertificate";
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final String host;
  private final int port;

  /** Asks the server at a host and port. */
  public GrpcCertificates(String host, int port) {
    this.host = host;
    this.port = port;
  }

  @Override
  public List<String> certificate(SSLSocketFactory sockets, @Nullable String bearer, String request)
      throws IOException {
    // A connection of its own: the proof of who we are is another at each request.
    try (ControlThread loop = new ControlThread()) {
      ControlChannel channel = ControlChannel.tls(host, port, sockets, loop);
      try {
        IstioCertificateResponse response =
            channel
                .call(
                    METHOD,
                    IstioCertificateRequest.parser(),
                    IstioCertificateResponse.parser(),
                    IstioCertificateRequest.newBuilder().setCsr(request).build(),
                    bearer,
                    LIMIT)
                .get(LIMIT.toMillis() * 2, TimeUnit.MILLISECONDS);
        return List.copyOf(response.getCertChainList());
      } catch (ExecutionException e) {
        throw failure(e.getCause() == null ? e : e.getCause());
      } catch (TimeoutException e) {
        throw new IOException("no answer from " + host + ":" + port, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } finally {
        channel.close(() -> {});
      }
    }
  }

  private IOException failure(Throwable cause) {
    if (cause instanceof StatusRuntimeException failed) {
      Status status = failed.getStatus();
      String description = status.getDescription() == null ? "" : ": " + status.getDescription();
      return switch (status.getCode()) {
        case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, RESOURCE_EXHAUSTED ->
            new RefusedException("the policy server refuses" + description);
        case UNIMPLEMENTED -> new RefusedException("the policy server is no CA" + description);
        default ->
            new IOException(
                "the policy server at " + host + ":" + port + " does not answer: " + why(status));
      };
    }
    return new IOException("the request for a certificate failed: " + cause, cause);
  }

  /** The TLS library's own words are at the end of the causes. */
  private static String why(Status status) {
    Throwable cause = status.getCause();
    if (cause == null) {
      return status.getCode() + " " + status.getDescription();
    }
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
