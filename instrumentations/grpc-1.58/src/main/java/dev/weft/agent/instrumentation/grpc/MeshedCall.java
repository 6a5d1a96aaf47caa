/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.Step;
import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A managed call: carries out what the mesh says, step by step, until an attempt's response or an
 * answer of the mesh goes to the application.
 *
 * <p>What the application does, what the timer does and the end of an attempt come from different
 * threads. They are put into one order, the steps, without a lock: fields are confined to the steps
 * unless they are volatile.
 */
final class MeshedCall<ReqT, RespT> extends ClientCall<ReqT, RespT> {
  private static final Logger LOGGER = Logger.getLogger(MeshedCall.class.getName());
  private static final long FIRST_READY_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_READY_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final DecidingCall<ReqT, RespT> request;
  private final SynchronizationContext steps = new SynchronizationContext((t, e) -> failed(e));
  private final Replay<ReqT> replay = new Replay<>();
  private Call call;
  private ClientCall.@Nullable Listener<RespT> listener;
  private @Nullable Pause pause;
  private @Nullable Step pausedStep;
  private @Nullable Call mirror;
  private long readyWaitNanos = FIRST_READY_WAIT_NANOS;
  private volatile @Nullable AttemptRun<ReqT, RespT> run;
  private volatile @Nullable Status cancelled;
  private volatile boolean halfClosed;
  private boolean closed;

  MeshedCall(DecidingCall<ReqT, RespT> request, Call call) {
    this.request = request;
    this.call = call;
  }

  @Override
  public void start(Listener<RespT> newListener, Metadata headers) {
    if (listener != null) {
      throw new IllegalStateException("Already started");
    }
    listener = newListener;
    steps.execute(this::proceed);
  }

  @Override
  public void request(int numMessages) {
    if (numMessages < 0) {
      throw new IllegalArgumentException("Number requested must be non-negative");
    }
    steps.execute(
        () -> {
          replay.requested(numMessages);
          AttemptRun<ReqT, RespT> current = run;
          if (current != null) {
            current.call().request(numMessages);
          }
        });
  }

  @Override
  public void sendMessage(ReqT message) {
    checkOpen();
    steps.execute(
        () -> {
          replay.message(message);
          perform(attempt -> attempt.sendMessage(message));
        });
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    steps.execute(() -> perform(attempt -> attempt.setMessageCompression(enabled)));
  }

  @Override
  public void halfClose() {
    checkOpen();
    halfClosed = true;
    steps.execute(
        () -> {
          replay.completed();
          perform(ClientCall::halfClose);
          AttemptRun<ReqT, RespT> current = run;
          if (current != null) {
            requestIsComplete(current);
          }
        });
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    Throwable known =
        message == null && cause == null
            ? new CancellationException("Cancelled without a message or cause")
            : cause;
    Status status =
        Status.CANCELLED
            .withDescription(message == null ? "Call cancelled without message" : message)
            .withCause(known);
    steps.execute(
        () -> {
          if (cancelled != null) {
            return;
          }
          cancelled = status;
          AttemptRun<ReqT, RespT> current = run;
          if (current != null) {
            current.call().cancel(message, known);
          } else {
            interruptPause(Failure.CANCELLED, status);
          }
        });
  }

  @Override
  public boolean isReady() {
    AttemptRun<ReqT, RespT> current = run;
    return !halfClosed && current != null && current.call().isReady();
  }

  @Override
  public Attributes getAttributes() {
    AttemptRun<ReqT, RespT> current = run;
    return current == null ? Attributes.EMPTY : current.call().getAttributes();
  }

  /** Returns whether another attempt can be sent all that the attempt under way was. */
  boolean isReplayable() {
    AttemptRun<ReqT, RespT> current = run;
    return replay.isRecording() && (current == null || current.bytesSent() <= Replay.LIMIT_BYTES);
  }

  boolean isCancelled() {
    return cancelled != null || request.context().isCancelled();
  }

  /** Tells that the application sees the attempt's response: there will be no other attempt. */
  void responseBegins() {
    steps.execute(replay::stop);
  }

  /** Tells that the attempt closed and another shall follow. */
  void retry(long waitNanos) {
    steps.execute(
        () -> {
          run = null;
          pause(waitNanos, null, this::proceed);
        });
  }

  /** Tells that the attempt under way is of no use and another shall follow. */
  void discardAndRetry(AttemptRun<ReqT, RespT> discarded, long waitNanos) {
    cancel(discarded);
    retry(waitNanos);
  }

  /** Cancels an attempt, not the call. */
  void cancel(AttemptRun<ReqT, RespT> attempt) {
    steps.execute(() -> attempt.call().cancel("Attempt given up by the mesh", null));
  }

  /** Waits for an endpoint as the application wants it, and asks the mesh again. */
  void beginAnew() {
    steps.execute(
        () -> {
          run = null;
          waitForReady();
        });
  }

  /** Tells that the application is told that the call closed. */
  void ended() {
    request.mesh().ended();
  }

  /** Fails the call if it is between two attempts: the channel was shut down at once. */
  void channelShutDown() {
    steps.execute(() -> interruptPause(Failure.CANCELLED, Statuses.SHUTDOWN_NOW));
  }

  private void proceed() {
    Step step = call.next();
    pause(step.delayNanos(), step, () -> carryOut(step));
  }

  private void carryOut(Step step) {
    if (step instanceof Attempt attempt) {
      send(attempt);
    } else if (step instanceof Reply reply) {
      if (reply.flag().equals("UH") && request.options().isWaitForReady()) {
        waitForReady();
      } else {
        close(Statuses.of(reply), Statuses.trailers(reply));
      }
    } else if (step instanceof Refuse refuse) {
      close(Status.UNAVAILABLE.withDescription(refuse.reason()), new Metadata());
    }
  }

  private void send(Attempt attempt) {
    if (attempt.tls() != null && attempt.address() == null) {
      refuse(attempt);
      return;
    }
    AttemptRun<ReqT, RespT> newRun = new AttemptRun<>(this, request, listener(), attempt);
    try {
      newRun.start(request.headers());
    } catch (RuntimeException | LinkageError e) {
      newRun.failedToStart();
      close(
          Status.INTERNAL.withDescription("Failed to start an attempt").withCause(e),
          new Metadata());
      return;
    }
    run = newRun;
    mirror = attempt.mirror();
    replay.applyTo(newRun.call());
    if (replay.isComplete()) {
      requestIsComplete(newRun);
    }
  }

  /** The application's own channel, which finds the address, cannot be secured. */
  private void refuse(Attempt attempt) {
    long wait = attempt.failed(Failure.CONNECT);
    if (wait >= 0) {
      retry(wait);
    } else {
      close(Statuses.CANNOT_SECURE, new Metadata());
    }
  }

  private void requestIsComplete(AttemptRun<ReqT, RespT> current) {
    current.requestIsComplete();
    Call drawn = mirror;
    mirror = null;
    if (drawn != null && !(isReplayable() && Shadow.send(request, drawn, replay))) {
      drawn.abandon();
    }
  }

  private void waitForReady() {
    long wait = readyWaitNanos;
    readyWaitNanos = Math.min(2 * wait, LAST_READY_WAIT_NANOS);
    pause(
        wait,
        null,
        () -> {
          Call again = request.mesh().beginAgain(request);
          if (again == null) {
            close(Statuses.NO_LONGER_MANAGED, new Metadata());
          } else {
            call = again;
            proceed();
          }
        });
  }

  private void perform(Replay.Deed<ReqT> deed) {
    if (closed) {
      return;
    }
    AttemptRun<ReqT, RespT> current = run;
    replay.add(deed, current == null ? -1 : current.bytesSent());
    if (current != null) {
      deed.applyTo(current.call());
    }
  }

  /** Goes on after some time, unless the application cancels or its deadline comes first. */
  private void pause(long nanos, @Nullable Step step, Runnable then) {
    Status reason = cancelled;
    if (reason != null) {
      giveUp(step, Failure.CANCELLED);
      close(reason, new Metadata());
      return;
    }
    if (nanos <= 0) {
      then.run();
      return;
    }
    long remaining = remainingNanos();
    Runnable next =
        remaining > nanos
            ? then
            : () -> {
              giveUp(step, Failure.APPLICATION_TIMEOUT);
              close(Statuses.DEADLINE_DURING_DELAY, new Metadata());
            };
    pausedStep = step;
    request.mesh().pauses(this);
    Runnable resume = () -> steps.execute(() -> resume(next));
    pause =
        Pause.start(
            request.context(),
            Math.max(1, Math.min(nanos, remaining)),
            () -> execute(resume),
            this::contextCancelled);
  }

  private void resume(Runnable next) {
    if (endPause()) {
      next.run();
    }
  }

  private void contextCancelled() {
    steps.execute(
        () -> {
          Status status = Contexts.statusFromCancelled(request.context());
          boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
          interruptPause(late ? Failure.APPLICATION_TIMEOUT : Failure.CANCELLED, status);
        });
  }

  private void interruptPause(Failure failure, Status status) {
    Step step = pausedStep;
    if (endPause()) {
      giveUp(step, failure);
      close(status, new Metadata());
    }
  }

  /** Returns false if there was no pause. */
  private boolean endPause() {
    Pause current = pause;
    if (current == null) {
      return false;
    }
    pause = null;
    pausedStep = null;
    current.end();
    request.mesh().resumes(this);
    return true;
  }

  private void giveUp(@Nullable Step step, Failure failure) {
    if (step instanceof Attempt attempt) {
      attempt.failed(failure);
    } else if (step == null) {
      call.abandon();
    }
  }

  private void close(Status status, Metadata trailers) {
    closed = true;
    replay.stop();
    ClientCall.Listener<RespT> target = listener();
    execute(
        request
            .context()
            .wrap(
                () -> {
                  ended();
                  target.onClose(status, trailers);
                }));
  }

  private void execute(Runnable callback) {
    Executor executor = request.options().getExecutor();
    if (executor == null) {
      request.mesh().execute(callback);
    } else {
      executor.execute(callback);
    }
  }

  private long remainingNanos() {
    Deadline ofCall = request.options().getDeadline();
    Deadline ofContext = request.context().getDeadline();
    long remaining = Long.MAX_VALUE;
    if (ofCall != null) {
      remaining = ofCall.timeRemaining(TimeUnit.NANOSECONDS);
    }
    if (ofContext != null) {
      remaining = Math.min(remaining, ofContext.timeRemaining(TimeUnit.NANOSECONDS));
    }
    return remaining;
  }

  private ClientCall.Listener<RespT> listener() {
    ClientCall.Listener<RespT> current = listener;
    if (current == null) {
      throw new IllegalStateException("Not started");
    }
    return current;
  }

  private void checkOpen() {
    if (cancelled != null) {
      throw new IllegalStateException("call was cancelled");
    }
    if (halfClosed) {
      throw new IllegalStateException("call was half-closed");
    }
  }

  /** A step threw: our own fault, or an error of the application's marshaller. */
  private void failed(Throwable e) {
    LOGGER.log(Level.WARNING, "A gRPC call fails because a step of it failed", e);
    AttemptRun<ReqT, RespT> current = run;
    if (current != null) {
      current.call().cancel("Failed in the mesh", e);
    } else if (listener != null) {
      close(Status.INTERNAL.withDescription("Failed in the mesh").withCause(e), new Metadata());
    }
  }
}
