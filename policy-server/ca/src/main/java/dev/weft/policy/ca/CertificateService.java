/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import dev.weft.policy.ca.Callers.Caller;
import dev.weft.policy.ca.CertificateAuthority.Issued;
import dev.weft.policy.ca.CertificateAuthority.Request;
import dev.weft.protocol.istio.auth.v1.IstioCertificateRequest;
import dev.weft.protocol.istio.auth.v1.IstioCertificateResponse;
import dev.weft.protocol.istio.auth.v1.IstioCertificateServiceGrpc.IstioCertificateServiceImplBase;
import dev.weft.protocol.names.PolicyServerIdentity;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * {@code istio.v1.auth.IstioCertificateService}: gives certificates to those who prove who they
 * are. Each that is given and each refusal with its reason is logged. Thread-safe.
 */
public final class CertificateService implements BindableService {
  private static final Logger LOGGER = System.getLogger(CertificateService.class.getName());
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Arrival> ARRIVAL = Context.key("weft-certificate-request");

  /**
   * For each address: enough for a machine that starts all its workloads, too little to try secrets
   * or to keep the CA busy.
   */
  private static final int PER_SECOND = 100;

  private final CertificateAuthority authority;
  private final Callers callers;
  private final Executor executor;
  private final IssuanceCounts counts;
  private final RateLimit limit;

  /**
   * Makes the service.
   *
   * @param issuers whose JWTs are taken
   * @param executor where requests are answered, which may block for the disk and for issuers' keys
   */
  public CertificateService(
      CertificateAuthority authority,
      JoinTokens tokens,
      List<TokenIssuer> issuers,
      Executor executor,
      IssuanceCounts counts) {
    this.authority = authority;
    this.callers = new Callers(authority, tokens, issuers);
    this.executor = executor;
    this.counts = counts;
    this.limit = new RateLimit(PER_SECOND);
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerInterceptors.intercept(new Service(), new Arrivals());
  }

  private void answer(
      Arrival arrival,
      IstioCertificateRequest request,
      StreamObserver<IstioCertificateResponse> responses) {
    try {
      IstioCertificateResponse response = issue(arrival, request);
      responses.onNext(response);
      responses.onCompleted();
    } catch (Refusal e) {
      responses.onError(refused(arrival, e).asRuntimeException());
    } catch (IOException | RuntimeException e) {
      LOGGER.log(Level.ERROR, "No certificate for " + arrival.address() + ": the CA failed", e);
      responses.onError(
          Status.UNAVAILABLE
              .withDescription("the CA cannot issue now; the policy server's log says more")
              .asRuntimeException());
    }
  }

  private IstioCertificateResponse issue(Arrival arrival, IstioCertificateRequest request)
      throws Refusal, IOException {
    Request csr = CertificateAuthority.read(request.getCsr());
    Caller caller = callers.of(arrival.authorization(), arrival.chain(), csr.key());
    if (caller.id().toString().equals(PolicyServerIdentity.spiffeId(authority.trustDomain()))) {
      throw new Refusal(
          Refusal.Reason.OTHER_IDENTITY, caller.id() + " is the policy server's own identity");
    }
    long seconds = Math.max(0, Math.min(request.getValidityDuration(), Integer.MAX_VALUE));
    Issued issued = authority.issue(csr, caller.id(), Duration.ofSeconds(seconds));
    counts.issued();
    X509Certificate certificate = issued.chain().get(0);
    LOGGER.log(
        Level.INFO,
        "Certificate "
            + certificate.getSerialNumber().toString(16)
            + " for "
            + issued.id()
            + " until "
            + certificate.getNotAfter().toInstant()
            + ", by "
            + caller.by()
            + ", to "
            + arrival.address());
    return IstioCertificateResponse.newBuilder().addAllCertChain(issued.pem()).build();
  }

  /** Counts and logs a refusal, and returns what the caller is told. */
  private Status refused(Arrival arrival, Refusal refusal) {
    counts.refused(refusal.reason());
    LOGGER.log(
        Level.WARNING,
        "No certificate for "
            + arrival.address()
            + ": "
            + refusal.getMessage()
            + " ["
            + refusal.reason()
            + "]");
    return status(refusal.reason()).withDescription(refusal.reason() + ": " + refusal.getMessage());
  }

  private static Status status(Refusal.Reason reason) {
    return switch (reason) {
      case REQUEST_INVALID, KEY_UNSUITED -> Status.INVALID_ARGUMENT;
      case OTHER_IDENTITY -> Status.PERMISSION_DENIED;
      case TOO_MANY -> Status.RESOURCE_EXHAUSTED;
      default -> Status.UNAUTHENTICATED;
    };
  }

  /** What a call came with beside its message. */
  private record Arrival(
      @Nullable String authorization,
      List<X509Certificate> chain,
      String address,
      String network) {}

  private final class Service extends IstioCertificateServiceImplBase {
    @Override
    public void createCertificate(
        IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> responses) {
      Arrival arrival = ARRIVAL.get();
      executor.execute(() -> answer(arrival, request, responses));
    }
  }

  /** Turns away who asks too often before anything that it sends is read. */
  private final class Arrivals implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      String address =
          remote instanceof InetSocketAddress inet ? inet.getHostString() : String.valueOf(remote);
      String network =
          remote instanceof InetSocketAddress inet && !inet.isUnresolved()
              ? RateLimit.network(inet.getAddress())
              : address;
      Arrival arrival =
          new Arrival(headers.get(AUTHORIZATION), PeerCertificates.of(session), address, network);
      if (!limit.take(network)) {
        Refusal refusal =
            new Refusal(
                Refusal.Reason.TOO_MANY, "too many requests from " + address + "; try later");
        call.close(refused(arrival, refusal), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return Contexts.interceptCall(
          Context.current().withValue(ARRIVAL, arrival), call, headers, next);
    }
  }
}
