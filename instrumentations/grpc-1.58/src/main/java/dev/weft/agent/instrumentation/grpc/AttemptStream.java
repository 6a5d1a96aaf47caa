/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.ClientTls;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where the stream of one attempt goes, and how far it came. It travels in the call options: the
 * balancer reads the endpoint, the library's transport reports the progress. A stream that was
 * never sent may be followed by another for the same attempt (the library's transparent retry).
 * Thread-safe.
 */
final class AttemptStream extends ClientStreamTracer {
  static final CallOptions.Key<AttemptStream> KEY = CallOptions.Key.create("weft-attempt");

  private final String connectionKey;
  private final @Nullable InetSocketAddress address;
  private final @Nullable ClientTls tls;
  private final MeshTransports transports;
  private final AtomicLong bytesSent = new AtomicLong();
  private volatile @Nullable EndpointConnection connection;
  private volatile boolean headersSent;
  private volatile boolean trailersReceived;

  /**
   * @param transports what makes the connection if there is none for the attempt's key
   */
  AttemptStream(Attempt attempt, MeshTransports transports) {
    this.connectionKey = attempt.connectionKey();
    this.address = attempt.address();
    this.tls = attempt.tls();
    this.transports = transports;
  }

  CallOptions addTo(CallOptions options) {
    return options.withOption(KEY, this).withStreamTracerFactory(new Factory(this));
  }

  String connectionKey() {
    return connectionKey;
  }

  /** Returns null if the stream goes over the application's own channel. */
  @Nullable InetSocketAddress address() {
    return address;
  }

  /** Returns how the connection is to be secured, or null if it is to be plaintext. */
  @Nullable ClientTls tls() {
    return tls;
  }

  MeshTransports transports() {
    return transports;
  }

  /** Returns the connection that was picked, or null if none was yet. */
  @Nullable EndpointConnection connection() {
    return connection;
  }

  void connection(EndpointConnection picked) {
    connection = picked;
  }

  boolean couldNotConnect() {
    EndpointConnection picked = connection;
    return picked != null && picked.isFailed();
  }

  /** Returns whether the peer may have seen the request. */
  boolean wasSent() {
    return headersSent;
  }

  /** Returns whether the status that the call was closed with came from the peer. */
  boolean wasAnswered() {
    return trailersReceived;
  }

  /** Returns the bytes of the request messages so far, not compressed. */
  long bytesSent() {
    return bytesSent.get();
  }

  @Override
  public void outboundHeaders() {
    headersSent = true;
  }

  @Override
  public void outboundUncompressedSize(long bytes) {
    bytesSent.addAndGet(bytes);
  }

  @Override
  public void inboundTrailers(Metadata trailers) {
    trailersReceived = true;
  }

  private static final class Factory extends ClientStreamTracer.Factory {
    private final AttemptStream stream;

    Factory(AttemptStream stream) {
      this.stream = stream;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
      return stream;
    }
  }
}
