/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.Tried;
import dev.weft.agent.engine.reply.GrpcStatus;
import dev.weft.agent.engine.route.HeaderOperations;
import dev.weft.agent.engine.route.RouteInfo;
import dev.weft.agent.engine.tls.Secured;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One try. Its state goes from open over delivered to ended, or from open to ended; whoever moves
 * it to ended counts it out.
 */
final class RoutedAttempt implements Attempt, Observed, Tried {
  private static final byte OPEN = 0;
  private static final byte DELIVERED = 1;
  private static final byte ENDED = 2;
  private static final VarHandle STATE = stateHandle();

  private final RoutedCall<?> call;
  private final Cluster cluster;
  private final Endpoint endpoint;
  private final @Nullable Secured secured;
  private final @Nullable RoutedAttempt previous;
  private final long startNanos;
  private final short number;

  @SuppressWarnings("UnusedVariable") // written through STATE
  private volatile byte state;

  private String flag = "";
  private int presentResponseHeaders;
  private short status;
  private byte grpcStatus = GrpcStatus.NONE;

  RoutedAttempt(
      RoutedCall<?> call,
      Cluster cluster,
      Endpoint endpoint,
      @Nullable Secured secured,
      @Nullable RoutedAttempt previous,
      long startNanos) {
    this.call = call;
    this.cluster = cluster;
    this.endpoint = endpoint;
    this.secured = secured;
    this.previous = previous;
    this.startNanos = startNanos;
    number = (short) (previous == null ? 1 : previous.number + 1);
  }

  private static VarHandle stateHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(RoutedAttempt.class, "state", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public <P> long headers(
      int responseStatus, int responseGrpcStatus, P response, HeaderReader<P> reader) {
    if (!STATE.compareAndSet(this, OPEN, DELIVERED)) {
      return DELIVER;
    }
    status = (short) responseStatus;
    grpcStatus = (byte) responseGrpcStatus;
    long wait = DELIVER;
    try {
      long now = call.engine().clock.nanos();
      readGrpcStatus(response, reader, call.isGrpc());
      cluster.report(endpoint, statusForOutliers(), now);
      wait = call.onResponse(this, now, response, reader);
      if (wait == DELIVER) {
        presentResponseHeaders = call.target().responseHeaders().present(response, reader);
      }
    } catch (RuntimeException | LinkageError e) {
      call.engine().faults.record("headers", e);
    }
    if (wait == DELIVER) {
      return DELIVER;
    }
    if (!end(false, "")) {
      call.cancelRetry();
      return DELIVER;
    }
    return wait;
  }

  /** A gRPC status behind the messages comes too late, as in Envoy: it counts in metrics only. */
  private int statusForOutliers() {
    return grpcStatus > 0 ? GrpcStatus.toHttp(grpcStatus) : status;
  }

  /** Takes the gRPC status from the header if it is asked for and not known yet. */
  <P> void readGrpcStatus(P response, HeaderReader<P> reader, boolean asked) {
    String text = asked && grpcStatus < 0 ? reader.header(response, "grpc-status") : null;
    if (text == null || text.isEmpty() || text.length() > 2) {
      return;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return;
      }
      value = value * 10 + digit;
    }
    grpcStatus = (byte) value;
  }

  /** Notes that the result is delivered because no retry is left. */
  void exhaustRetries() {
    flag = flag.isEmpty() ? "URX" : flag + ",URX";
  }

  @Override
  public long failed(Failure failure) {
    byte before = (byte) STATE.getAndSet(this, ENDED);
    if (before == ENDED) {
      return DELIVER;
    }
    if (before == DELIVERED) {
      countOut(true, flag(failure));
      return DELIVER;
    }
    flag = flag(failure);
    status = status(failure);
    long wait = DELIVER;
    try {
      long now = call.engine().clock.nanos();
      report(failure, now);
      wait = call.onFailure(this, failure, now);
    } catch (RuntimeException | LinkageError e) {
      call.engine().faults.record("failed", e);
    }
    countOut(wait == DELIVER, flag);
    return wait;
  }

  private void report(Failure failure, long now) {
    switch (failure) {
      case CONNECT, REFUSED_STREAM, RESET -> cluster.report(endpoint, 503, now);
      case TIMEOUT -> cluster.report(endpoint, 504, now);
      case APPLICATION_TIMEOUT, CANCELLED, OTHER -> {}
    }
  }

  /** As Envoy counts what it answers with then; 0 if nobody waited for an answer. */
  private static short status(Failure failure) {
    return switch (failure) {
      case CONNECT, REFUSED_STREAM, RESET, OTHER -> 503;
      case TIMEOUT -> 504;
      case APPLICATION_TIMEOUT, CANCELLED -> 0;
    };
  }

  private static String flag(Failure failure) {
    return switch (failure) {
      case CONNECT -> "UF";
      case REFUSED_STREAM -> "UR";
      case RESET -> "UC";
      case TIMEOUT -> "UT";
      case APPLICATION_TIMEOUT, CANCELLED -> "DC";
      case OTHER -> "";
    };
  }

  @Override
  public void end(Ending ending) {
    String suffix =
        switch (ending) {
          case COMPLETE -> "";
          case CANCELLED -> "DC";
          case BROKEN -> "UC";
        };
    end(true, suffix);
  }

  @Override
  public void end(Ending ending, int finalGrpcStatus) {
    if (grpcStatus < 0) {
      grpcStatus = (byte) finalGrpcStatus;
    }
    end(ending);
  }

  /** Moves to ended; returns false if it was there already. */
  private boolean end(boolean isLast, String why) {
    if ((byte) STATE.getAndSet(this, ENDED) == ENDED) {
      return false;
    }
    countOut(isLast, why);
    return true;
  }

  private void countOut(boolean isLast, String why) {
    endpoint.state().end();
    cluster.endRequest();
    if (number > 1) {
      cluster.endRetry();
    }
    flag = flag.isEmpty() ? why : flag;
    Engine engine = call.engine();
    long now = engine.clock.nanos();
    engine.attemptEnded(this, now - startNanos);
    if (isLast) {
      call.over(now);
    }
  }

  @Override
  public boolean includes(Endpoint other) {
    for (RoutedAttempt attempt = this; attempt != null; attempt = attempt.previous) {
      if (attempt.endpoint == other) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long delayNanos() {
    return number == 1 ? call.delayNanos() : 0;
  }

  @Override
  public @Nullable InetSocketAddress address() {
    return endpoint.address(call.host());
  }

  @Override
  public String connectionKey() {
    if (secured != null) {
      return secured.connectionKey();
    }
    return endpoint.hasAddress() ? endpoint.connectionKey() : call.host();
  }

  @Override
  public @Nullable ClientTls tls() {
    return secured == null ? null : secured.tls();
  }

  @Override
  public @Nullable String authority() {
    return call.authority();
  }

  @Override
  public @Nullable String path() {
    return call.path();
  }

  @Override
  public <H> void mutateRequest(H headers, HeaderWriter<H> writer) {
    HeaderOperations operations = call.target().requestHeaders();
    try {
      operations.apply(
          headers,
          writer,
          call.presentRequestHeaders(),
          operations.needRequest() ? call::requestValue : null);
    } catch (RuntimeException | LinkageError e) {
      call.engine().faults.record("request headers", e);
    }
  }

  @Override
  public boolean mutatesRequest() {
    return !call.target().requestHeaders().isEmpty();
  }

  @Override
  public <H> void mutateResponse(H headers, HeaderWriter<H> writer) {
    HeaderOperations operations = call.target().responseHeaders();
    try {
      operations.apply(headers, writer, presentResponseHeaders, null);
    } catch (RuntimeException | LinkageError e) {
      call.engine().faults.record("response headers", e);
    }
  }

  @Override
  public boolean mutatesResponse() {
    return !call.target().responseHeaders().isEmpty();
  }

  @Override
  public long timeoutNanos() {
    return call.timeoutNanos();
  }

  @Override
  public long connectTimeoutNanos() {
    return cluster.config().connectTimeoutNanos();
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public @Nullable Call mirror() {
    return number == 1 ? call.mirror() : null;
  }

  @Override
  public RouteInfo route() {
    return call.route();
  }

  @Override
  public Destination destination() {
    return endpoint.destination();
  }

  @Override
  public @Nullable Object handle() {
    return endpoint.handle();
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public int grpcStatus() {
    return grpcStatus;
  }

  @Override
  public String flag() {
    return flag;
  }

  @Override
  public boolean isGrpc() {
    return call.isGrpc();
  }

  @Override
  public boolean isMirror() {
    return call.isMirror();
  }
}
