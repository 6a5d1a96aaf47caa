/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.protocol.registry.v1.AnnounceRequest;
import dev.weft.protocol.registry.v1.AnnounceResponse;
import dev.weft.protocol.registry.v1.Port;
import dev.weft.protocol.registry.v1.RegistryServiceGrpc;
import dev.weft.protocol.registry.v1.Workload;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An announce stream in the raw. */
final class AnnounceClient implements ClientResponseObserver<AnnounceRequest, AnnounceResponse> {
  private static final long PATIENCE_SECONDS = 10;

  private final BlockingQueue<AnnounceResponse> responses = new LinkedBlockingQueue<>();
  final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
  private ClientCallStreamObserver<AnnounceRequest> requests;

  @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart before the stub returns
  AnnounceClient(Channel channel) {
    RegistryServiceGrpc.newStub(channel).announce(this);
  }

  static Workload.Builder workload(String service, String instance, String address, int port) {
    return Workload.newBuilder()
        .setNodeId(DeltaClient.nodeId(instance, "shop"))
        .setService(service)
        .setNamespace("shop")
        .setInstance(instance)
        .addAddresses(address)
        .addPorts(Port.newBuilder().setServicePort(80).setTargetPort(port).setProtocol("http"));
  }

  AnnounceResponse announce(Workload.Builder workload) {
    return send(AnnounceRequest.newBuilder().setWorkload(workload).build());
  }

  AnnounceResponse send(AnnounceRequest request) {
    requests.onNext(request);
    try {
      AnnounceResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (response == null) {
        throw new AssertionError("no response; the stream's end: " + ends.peek());
      }
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Breaks the stream, as a killed process does. */
  void drop() {
    requests.cancel("dropped by the test", null);
  }

  /** Closes the stream in good order. */
  void leave() {
    requests.onCompleted();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<AnnounceRequest> stream) {
    requests = stream;
  }

  @Override
  public void onNext(AnnounceResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable cause) {
    ends.add(Status.fromThrowable(cause));
  }

  @Override
  public void onCompleted() {
    ends.add(Status.OK);
  }
}
