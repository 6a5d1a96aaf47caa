/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A delta stream in the raw: does nothing by itself. */
final class DeltaClient implements StreamObserver<DeltaDiscoveryResponse>, AutoCloseable {
  /** How long a response may take that must come. */
  private static final long PATIENCE_SECONDS = 10;

  private final BlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
  private final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
  private final StreamObserver<DeltaDiscoveryRequest> requests;
  private final Node node;
  private boolean isFirst = true;

  DeltaClient(ManagedChannel channel, String nodeId) {
    this.node = Node.newBuilder().setId(nodeId).build();
    this.requests = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
  }

  static String nodeId(String name, String namespace) {
    return "sidecar~127.0.0.1~" + name + "." + namespace + "~" + namespace + ".svc.cluster.local";
  }

  void send(DeltaDiscoveryRequest.Builder request) {
    if (isFirst) {
      request.setNode(node);
      isFirst = false;
    }
    requests.onNext(request.build());
  }

  void subscribe(String typeUrl, String... names) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(typeUrl)
            .addAllResourceNamesSubscribe(List.of(names)));
  }

  void unsubscribe(String typeUrl, String... names) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(typeUrl)
            .addAllResourceNamesUnsubscribe(List.of(names)));
  }

  void subscribeWith(String typeUrl, Map<String, String> versions, String... names) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(typeUrl)
            .putAllInitialResourceVersions(versions)
            .addAllResourceNamesSubscribe(List.of(names)));
  }

  void ack(DeltaDiscoveryResponse response) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce()));
  }

  void nack(DeltaDiscoveryResponse response, String reason) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .setErrorDetail(
                com.google.rpc.Status.newBuilder()
                    .setCode(Code.INVALID_ARGUMENT_VALUE)
                    .setMessage(reason)));
  }

  /** Returns the next response; fails if none comes. */
  DeltaDiscoveryResponse next() {
    try {
      DeltaDiscoveryResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (response == null) {
        throw new AssertionError("no response; the stream's end: " + ends.peek());
      }
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Returns the next response, which is to be of this type, and ACKs it. */
  DeltaDiscoveryResponse take(String typeUrl) {
    DeltaDiscoveryResponse response = next();
    assertThat(response.getTypeUrl()).isEqualTo(typeUrl);
    ack(response);
    return response;
  }

  /** Subscribes to all clusters, which everybody has some of, and so knows what came before. */
  boolean hasNothingElse() {
    subscribe("type.googleapis.com/weft.test.Probe", "probe");
    DeltaDiscoveryResponse response = next();
    ack(response);
    return response.getTypeUrl().endsWith("weft.test.Probe");
  }

  Status end() {
    try {
      Status end = ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (end == null) {
        throw new AssertionError("the stream goes on");
      }
      return end;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).toList();
  }

  static <M extends Message> M only(DeltaDiscoveryResponse response, Class<M> type) {
    assertThat(response.getResourcesList()).hasSize(1);
    try {
      return response.getResources(0).getResource().unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  static Map<String, String> versions(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream()
        .collect(Collectors.toMap(Resource::getName, Resource::getVersion));
  }

  @Override
  public void onNext(DeltaDiscoveryResponse response) {
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

  @Override
  public void close() {
    requests.onCompleted();
  }
}
