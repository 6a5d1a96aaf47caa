/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.ManagedChannelBuilder;

/** The client transports of grpc-java. */
enum Transport {
  NETTY {
    @Override
    ManagedChannelBuilder<?> builder(String target) {
      return io.grpc.netty.NettyChannelBuilder.forTarget(target).usePlaintext();
    }
  },
  NETTY_SHADED {
    @Override
    ManagedChannelBuilder<?> builder(String target) {
      return io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forTarget(target)
          .usePlaintext();
    }
  },
  OKHTTP {
    @Override
    ManagedChannelBuilder<?> builder(String target) {
      return io.grpc.okhttp.OkHttpChannelBuilder.forTarget(target).usePlaintext();
    }
  };

  /** Returns a builder for a plaintext channel. */
  abstract ManagedChannelBuilder<?> builder(String target);
}
