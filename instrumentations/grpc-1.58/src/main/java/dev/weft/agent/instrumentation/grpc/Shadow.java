/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Call;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import java.util.concurrent.ForkJoinPool;

/** A copy of a call for a mirror: sent in the background, its response read and forgotten. */
final class Shadow {
  private Shadow() {}

  /**
   * Sends a copy.
   *
   * @param replay all that the application sent
   * @return false if the channel is shut down
   */
  static <ReqT, RespT> boolean send(
      DecidingCall<ReqT, RespT> original, Call mirror, Replay<ReqT> replay) {
    if (!original.mesh().beginMirror()) {
      return false;
    }
    // The application's executor may be its own thread, which goes away with its call.
    CallOptions options = original.options().withExecutor(ForkJoinPool.commonPool());
    Context.ROOT.run(
        () -> {
          DecidingCall<ReqT, RespT> copy = original.copy(options);
          MeshedCall<ReqT, RespT> call = new MeshedCall<>(copy, mirror);
          call.start(new Forgetting<>(), copy.headers());
          call.request(Integer.MAX_VALUE);
          replay.copyTo(call);
        });
    return true;
  }

  private static final class Forgetting<RespT> extends ClientCall.Listener<RespT> {}
}
