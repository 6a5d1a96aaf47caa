/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Outbound;
import dev.weft.agent.seam.OutboundEngine;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.Step;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** An engine that does what a test tells it, and remembers what it was told. */
public final class ScriptedMesh implements OutboundEngine, AutoCloseable {
  private final Map<String, IntFunction<Step>> hosts = new ConcurrentHashMap<>();
  private final List<String> begun = new CopyOnWriteArrayList<>();
  private final List<ScriptedAttempt> attempts = new CopyOnWriteArrayList<>();
  private final List<BooleanSupplier> replayable = new CopyOnWriteArrayList<>();
  private final AtomicInteger abandoned = new AtomicInteger();
  private final AtomicInteger steps = new AtomicInteger();
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private volatile boolean isBroken;

  /** Returns a new one, which is the seam's engine until it is closed. */
  public static ScriptedMesh installed() {
    ScriptedMesh mesh = new ScriptedMesh();
    Outbound.install(mesh);
    return mesh;
  }

  /** Manages a host: the function makes the step of the n-th {@code next()} of all, from 0. */
  public void manage(String host, IntFunction<Step> step) {
    hosts.put(host, step);
  }

  /** Returns what was begun, as {@code METHOD host:port/path}. */
  public List<String> begun() {
    return begun;
  }

  /** Returns the attempts handed out, in order. */
  public List<ScriptedAttempt> attempts() {
    return attempts;
  }

  /** Returns one of {@link #attempts}, from 0. */
  public ScriptedAttempt attempt(int index) {
    return attempts.get(index);
  }

  /** Asks the adapter whether the request of a call, from 0, could be sent again now. */
  public boolean isReplayable(int begunCall) {
    return replayable.get(begunCall).getAsBoolean();
  }

  /** Makes the beginning of every call throw, as a fault of ours would. */
  public void breakDown() {
    isBroken = true;
  }

  /** Returns the adapters' faults, as {@code what failed: fault}. */
  public List<String> faults() {
    return faults;
  }

  @Override
  public void failed(String doing, Throwable fault) {
    faults.add(doing + ": " + fault);
  }

  /** Returns how many calls were abandoned. */
  public int abandoned() {
    return abandoned.get();
  }

  @Override
  public <Q> @Nullable Call begin(Q request, RequestReader<Q> reader) {
    if (isBroken) {
      throw new IllegalStateException("broken, as the test wants it");
    }
    IntFunction<Step> script = hosts.get(reader.host(request));
    if (script == null) {
      return null;
    }
    begun.add(
        reader.method(request)
            + ' '
            + reader.host(request)
            + ':'
            + reader.port(request)
            + reader.path(request));
    replayable.add(() -> reader.isReplayable(request));
    return new ScriptedCall(script);
  }

  @Override
  public void close() {
    Outbound.install(null);
  }

  private final class ScriptedCall implements Call {
    private final IntFunction<Step> script;
    private @Nullable ScriptedAttempt last;

    ScriptedCall(IntFunction<Step> script) {
      this.script = script;
    }

    @Override
    public Step next() {
      if (last != null && !last.isEnded()) {
        throw new IllegalStateException("the previous attempt has not ended: " + last.events());
      }
      if (attempts.size() > 200) {
        throw new IllegalStateException("tried for ever");
      }
      Step step = script.apply(steps.getAndIncrement());
      if (step instanceof Attempt attempt) {
        last = (ScriptedAttempt) attempt;
        attempts.add(last);
      }
      return step;
    }

    @Override
    public void abandon() {
      abandoned.incrementAndGet();
    }
  }
}
