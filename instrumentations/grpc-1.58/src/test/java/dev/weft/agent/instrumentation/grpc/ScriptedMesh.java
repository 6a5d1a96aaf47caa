/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.Outbound;
import dev.weft.agent.seam.OutboundEngine;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.Step;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A mesh that manages one host and does what a test says. It checks that calls keep to the seam's
 * life cycle and writes down what it is told.
 */
final class ScriptedMesh implements OutboundEngine, AutoCloseable {
  static final String HOST = "orders.mesh";

  /** What was reported, such as {@code 1 headers 200/-1}: the number is the step's. */
  final List<String> reports = new CopyOnWriteArrayList<>();

  /** What was read of each call, such as {@code POST orders.mesh:80/shop.Orders/Get}. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** How many attempts are under way. */
  final AtomicInteger active = new AtomicInteger();

  private final AtomicInteger steps = new AtomicInteger();
  private final IntFunction<Plan> script;
  private volatile Retry retry = (report, replayable) -> Attempt.DELIVER;
  private volatile String managedHost = HOST;

  /**
   * Installs a mesh.
   *
   * @param script the steps by their number from 1, over all calls
   */
  ScriptedMesh(IntFunction<Plan> script) {
    this.script = script;
    Outbound.install(this);
  }

  /** Decides after which reports another attempt follows. */
  ScriptedMesh retrying(Retry newRetry) {
    retry = newRetry;
    return this;
  }

  /** Manages this host instead from now on. */
  void managesHost(String host) {
    managedHost = host;
  }

  @Override
  public <Q> @Nullable Call begin(Q request, RequestReader<Q> reader) {
    if (!managedHost.equals(reader.host(request))) {
      return null;
    }
    return new ScriptedCall<>(request, reader);
  }

  @Override
  public void close() {
    Outbound.install(null);
  }

  /** Whether another attempt follows. */
  @FunctionalInterface
  interface Retry {
    long waitNanos(String report, boolean replayable);
  }

  private final class ScriptedCall<Q> implements Call {
    private final Q request;
    private final RequestReader<Q> reader;
    private boolean read;
    private boolean underWay;

    ScriptedCall(Q request, RequestReader<Q> reader) {
      this.request = request;
      this.reader = reader;
    }

    @Override
    public Step next() {
      if (underWay) {
        throw new IllegalStateException("the previous attempt has not ended");
      }
      if (!read) {
        read = true;
        requests.add(
            reader.method(request)
                + ' '
                + reader.host(request)
                + ':'
                + reader.port(request)
                + reader.path(request)
                + (reader.isGrpc(request) ? " grpc " : " http ")
                + reader.header(request, "x-user"));
      }
      int number = steps.incrementAndGet();
      Plan plan = script.apply(number);
      if (plan.step() != null) {
        return plan.step();
      }
      underWay = true;
      active.incrementAndGet();
      return new ScriptedAttempt(this, number, plan);
    }

    @Override
    public void abandon() {
      if (read) {
        reports.add("abandoned");
      }
    }

    Call copy() {
      return new ScriptedCall<>(request, reader);
    }

    long ended(String report) {
      reports.add(report);
      long wait = retry.waitNanos(report, reader.isReplayable(request));
      if (wait >= 0) {
        counted();
      }
      return wait;
    }

    void report(String report) {
      reports.add(report);
    }

    void counted() {
      if (!underWay) {
        throw new IllegalStateException("ended twice");
      }
      underWay = false;
      active.decrementAndGet();
    }
  }

  private static final class ScriptedAttempt implements Attempt {
    private final ScriptedCall<?> call;
    private final int number;
    private final Plan plan;

    ScriptedAttempt(ScriptedCall<?> call, int number, Plan plan) {
      this.call = call;
      this.number = number;
      this.plan = plan;
    }

    @Override
    public @Nullable InetSocketAddress address() {
      return plan.address();
    }

    @Override
    public String connectionKey() {
      InetSocketAddress address = plan.address();
      return address == null ? "none" : "e-" + address.getPort() + (tls() == null ? "" : ".mtls");
    }

    @Override
    public @Nullable ClientTls tls() {
      return plan.tls();
    }

    @Override
    public @Nullable String authority() {
      return plan.authority();
    }

    @Override
    public @Nullable String path() {
      return plan.path();
    }

    @Override
    public <H> void mutateRequest(H headers, HeaderWriter<H> writer) {
      writer.set(headers, "x-route", "canary");
      writer.remove(headers, "x-secret");
    }

    @Override
    public boolean mutatesRequest() {
      return plan.mutates();
    }

    @Override
    public <H> void mutateResponse(H headers, HeaderWriter<H> writer) {
      writer.add(headers, "x-served-by", "mesh");
    }

    @Override
    public boolean mutatesResponse() {
      return plan.mutates();
    }

    @Override
    public long timeoutNanos() {
      return plan.timeoutNanos();
    }

    @Override
    public int number() {
      return number;
    }

    @Override
    public @Nullable Call mirror() {
      return plan.isMirrored() ? call.copy() : null;
    }

    @Override
    public <P> long headers(int status, int grpcStatus, P response, HeaderReader<P> reader) {
      return call.ended(number + " headers " + status + '/' + grpcStatus);
    }

    @Override
    public long failed(Failure failure) {
      long wait = call.ended(number + " failed " + failure);
      if (wait < 0) {
        call.counted();
      }
      return wait;
    }

    @Override
    public void end(Ending ending) {
      end(ending, -1);
    }

    @Override
    public void end(Ending ending, int grpcStatus) {
      call.report(number + " end " + ending + '/' + grpcStatus);
      call.counted();
    }

    @Override
    public long delayNanos() {
      return plan.delayNanos();
    }
  }
}
