/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.istio.auth.v1.IstioCertificateRequest;
import dev.weft.protocol.istio.auth.v1.IstioCertificateResponse;
import dev.weft.protocol.istio.auth.v1.IstioCertificateServiceGrpc;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateServiceTest {
  private static final int FAR_TOO_MANY = 1000;
  @TempDir Path folder;

  @Test
  void whoAsksTooOftenIsTurnedAwayBeforeAnythingIsRead() throws Exception {
    TestClock clock = new TestClock();
    IssuanceCounts counts = new IssuanceCounts();
    CertificateService service =
        new CertificateService(
            CertificateAuthority.openOrMake(folder, "mesh.test", Duration.ofDays(1), clock),
            JoinTokens.open(folder, clock),
            List.of(),
            Runnable::run,
            counts);

    List<Call> calls = Stream.generate(() -> Call.startedOn(service)).limit(FAR_TOO_MANY).toList();

    List<Call> refused = calls.stream().filter(call -> call.status != null).toList();
    assertThat(refused).isNotEmpty().hasSizeLessThan(FAR_TOO_MANY);
    assertThat(refused)
        .allSatisfy(
            call -> {
              assertThat(call.requested).isZero();
              assertThat(call.status)
                  .extracting(Status::getCode)
                  .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            });
    assertThat(calls).filteredOn(call -> call.status == null).allMatch(call -> call.requested > 0);
    assertThat(counts.refusedSoFar()).containsEntry(Refusal.Reason.TOO_MANY, (long) refused.size());
  }

  /** A call from one address of which nothing has come but its headers. */
  private static final class Call
      extends ServerCall<IstioCertificateRequest, IstioCertificateResponse> {
    private int requested;
    private @Nullable Status status;

    @SuppressWarnings("unchecked") // the service has this one method
    static Call startedOn(CertificateService service) {
      ServerMethodDefinition<?, ?> method = service.bindService().getMethods().iterator().next();
      Call call = new Call();
      ((ServerCallHandler<IstioCertificateRequest, IstioCertificateResponse>)
              method.getServerCallHandler())
          .startCall(call, new Metadata());
      return call;
    }

    @Override
    public void request(int messages) {
      requested += messages;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      throw new AssertionError("nothing is answered");
    }

    @Override
    public void sendMessage(IstioCertificateResponse message) {
      throw new AssertionError("nothing is answered");
    }

    @Override
    public void close(Status end, Metadata trailers) {
      status = end;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.newBuilder()
          .set(
              Grpc.TRANSPORT_ATTR_REMOTE_ADDR,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
          .build();
    }

    @Override
    public MethodDescriptor<IstioCertificateRequest, IstioCertificateResponse>
        getMethodDescriptor() {
      return IstioCertificateServiceGrpc.getCreateCertificateMethod();
    }
  }
}
