/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/**
 * The application's channel together with its mesh channel: both live and end together. Its state
 * is that of the one which a call would take now.
 */
final class WovenChannel extends ManagedChannel {
  private final ManagedChannel application;
  private final MeshChannel mesh;

  WovenChannel(ManagedChannel application, MeshChannel mesh) {
    this.application = application;
    this.mesh = mesh;
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options) {
    return application.newCall(method, options);
  }

  @Override
  public String authority() {
    return application.authority();
  }

  @Override
  public ManagedChannel shutdown() {
    application.shutdown();
    mesh.shutdown();
    return this;
  }

  @Override
  public ManagedChannel shutdownNow() {
    application.shutdownNow();
    mesh.shutdownNow();
    return this;
  }

  @Override
  public boolean isShutdown() {
    return application.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return application.isTerminated() && mesh.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long end = System.nanoTime() + unit.toNanos(timeout);
    return application.awaitTermination(timeout, unit)
        && mesh.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  @Override
  public ConnectivityState getState(boolean requestConnection) {
    return current().getState(requestConnection);
  }

  @Override
  public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
    current().notifyWhenStateChanged(source, callback);
  }

  @Override
  public void resetConnectBackoff() {
    application.resetConnectBackoff();
    mesh.channel().resetConnectBackoff();
  }

  @Override
  public void enterIdle() {
    application.enterIdle();
    mesh.channel().enterIdle();
  }

  private ManagedChannel current() {
    return !application.isShutdown() && mesh.isManaged() ? mesh.channel() : application;
  }
}
