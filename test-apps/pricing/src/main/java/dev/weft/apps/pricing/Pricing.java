/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.pricing;

import dev.weft.apps.pricing.v1.PriceReply;
import dev.weft.apps.pricing.v1.PriceRequest;
import dev.weft.apps.pricing.v1.PricingGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The shop's prices, by gRPC. Each reply says which version and instance gave it.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code VERSION}, and {@code FAIL_PERCENT}, the share of
 * requests that this release is so broken to answer with UNAVAILABLE.
 */
public final class Pricing extends PricingGrpc.PricingImplBase {
  private static final Map<String, Integer> CENTS = Map.of("tea", 320, "cup", 450, "pot", 1900);

  private final String version;
  private final String instance;
  private final int failPercent;

  private Pricing(String version, String instance, int failPercent) {
    this.version = version;
    this.instance = instance;
    this.failPercent = failPercent;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(setting("PORT", "50051"));
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(setting("HOST", "127.0.0.1"), port))
            .addService(
                new Pricing(
                    setting("VERSION", "v1"),
                    "pricing-" + port,
                    Integer.parseInt(setting("FAIL_PERCENT", "0"))))
            .build()
            .start();
    server.awaitTermination();
  }

  @Override
  public void price(PriceRequest request, StreamObserver<PriceReply> replies) {
    if (fails()) {
      replies.onError(broken());
      return;
    }
    replies.onNext(priceOf(request.getItem()));
    replies.onCompleted();
  }

  @Override
  public StreamObserver<PriceRequest> quote(StreamObserver<PriceReply> replies) {
    return new StreamObserver<>() {
      @Override
      public void onNext(PriceRequest request) {
        replies.onNext(priceOf(request.getItem()));
      }

      @Override
      public void onError(Throwable failure) {
        replies.onError(failure);
      }

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }

  private PriceReply priceOf(String item) {
    return PriceReply.newBuilder()
        .setItem(item)
        .setCents(CENTS.getOrDefault(item, 100))
        .setVersion(version)
        .setInstance(instance)
        .build();
  }

  private boolean fails() {
    return ThreadLocalRandom.current().nextInt(100) < failPercent;
  }

  private static StatusRuntimeException broken() {
    return Status.UNAVAILABLE.withDescription("a bug in this release").asRuntimeException();
  }

  private static String setting(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }
}
