/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Call;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * A call of the application. When it starts and its headers are known, the mesh decides: an
 * unmanaged call goes on over the application's channel as ever, a managed one over the mesh's.
 */
final class DecidingCall<ReqT, RespT> extends ClientCall<ReqT, RespT> implements MeshRequest {
  private final MeshChannel mesh;
  private final MethodDescriptor<ReqT, RespT> method;
  private final CallOptions options;
  private final Channel next;
  private final Context context = Context.current();
  private @Nullable Metadata headers;
  private volatile @Nullable ClientCall<ReqT, RespT> delegate;
  private boolean isCancelled;
  private @Nullable String cancelMessage;
  private @Nullable Throwable cancelCause;

  DecidingCall(
      MeshChannel mesh, MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    this.mesh = mesh;
    this.method = method;
    this.options = options;
    this.next = next;
  }

  @Override
  public void start(Listener<RespT> listener, Metadata newHeaders) {
    ClientCall<ReqT, RespT> decided = delegate;
    if (decided == null) {
      headers = newHeaders;
      Call call = mesh.begin(this);
      decided = call == null ? unmanaged() : new MeshedCall<>(this, call);
      delegate = decided;
      if (isCancelled) {
        decided.cancel(cancelMessage, cancelCause);
      }
    }
    decided.start(listener, newHeaders);
  }

  /** Returns the same call, started, to be made in the background. */
  DecidingCall<ReqT, RespT> copy(CallOptions newOptions) {
    DecidingCall<ReqT, RespT> copy = new DecidingCall<>(mesh, method, newOptions, next);
    Metadata copied = new Metadata();
    copied.merge(headers());
    copy.headers = copied;
    return copy;
  }

  MeshChannel mesh() {
    return mesh;
  }

  MethodDescriptor<ReqT, RespT> method() {
    return method;
  }

  CallOptions options() {
    return options;
  }

  /** Returns the application's own channel. */
  Channel next() {
    return next;
  }

  /** Returns the context that the application made the call in. */
  Context context() {
    return context;
  }

  @Override
  public Authority authority() {
    return mesh.authority(options.getAuthority());
  }

  @Override
  public String fullMethodName() {
    return method.getFullMethodName();
  }

  @Override
  public Metadata headers() {
    Metadata current = headers;
    if (current == null) {
      throw new IllegalStateException("not started");
    }
    return current;
  }

  @Override
  public boolean isReplayable() {
    return !(delegate instanceof MeshedCall<?, ?> managed) || managed.isReplayable();
  }

  @Override
  public void request(int numMessages) {
    delegate().request(numMessages);
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    ClientCall<ReqT, RespT> current = delegate;
    if (current == null) {
      // What is not started is not decided: the library hears of it then.
      isCancelled = true;
      cancelMessage = message;
      cancelCause = cause;
      return;
    }
    current.cancel(message, cause);
  }

  @Override
  public void halfClose() {
    delegate().halfClose();
  }

  @Override
  public void sendMessage(ReqT message) {
    delegate().sendMessage(message);
  }

  @Override
  public boolean isReady() {
    ClientCall<ReqT, RespT> current = delegate;
    return current != null && current.isReady();
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    delegate().setMessageCompression(enabled);
  }

  @Override
  public Attributes getAttributes() {
    ClientCall<ReqT, RespT> current = delegate;
    return current == null ? Attributes.EMPTY : current.getAttributes();
  }

  /** Before the start nothing is decided and nothing may be sent; the library says the same. */
  private ClientCall<ReqT, RespT> delegate() {
    ClientCall<ReqT, RespT> current = delegate;
    if (current == null) {
      throw new IllegalStateException("Not started");
    }
    return current;
  }

  private ClientCall<ReqT, RespT> unmanaged() {
    Context previous = context.attach();
    try {
      return next.newCall(method, options);
    } finally {
      context.detach(previous);
    }
  }
}
