/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import dev.weft.agent.engine.config.JwtFilter.Keys;
import java.io.IOException;
import java.text.ParseException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keys that the issuer publishes. They are got when they are first asked for, again when they are
 * too old or a key is missing, and after a failure with growing pauses; until then the ones before
 * stay. Thread-safe: whoever asks takes what there is and waits for nothing.
 */
final class RemoteKeys implements KeySource {
  private static final Logger logger = Logger.getLogger(RemoteKeys.class.getName());
  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long SHORTEST_LIFE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Keys.Remote source;
  private final KeyFetcher fetcher;
  private final Executor executor;
  private final LongSupplier nanoTime;
  private final AtomicBoolean isUnderWay = new AtomicBoolean();
  private volatile State state;

  RemoteKeys(Keys.Remote source, KeyFetcher fetcher, Executor executor, LongSupplier nanoTime) {
    this.source = source;
    this.fetcher = fetcher;
    this.executor = executor;
    this.nanoTime = nanoTime;
    this.state = new State(null, "", nanoTime.getAsLong(), 0, 0);
  }

  @Override
  public @Nullable JWKSet keys() {
    State now = state;
    if (nanoTime.getAsLong() - now.dueNanos >= 0) {
      fetchSoon();
    }
    return now.keys;
  }

  @Override
  public void missing() {
    State now = state;
    if (now.keys != null && nanoTime.getAsLong() - now.gotNanos >= SHORTEST_LIFE_NANOS) {
      fetchSoon();
    }
  }

  private void fetchSoon() {
    if (isUnderWay.compareAndSet(false, true)) {
      executor.execute(this::fetch);
    }
  }

  private void fetch() {
    State before = state;
    try {
      String json = fetcher.fetch(source);
      long now = nanoTime.getAsLong();
      JWKSet keys =
          json.equals(before.json) && before.keys != null ? before.keys : JWKSet.parse(json);
      state =
          new State(keys, json, now + Math.max(source.lifeNanos(), SHORTEST_LIFE_NANOS), now, 0);
    } catch (IOException | ParseException | RuntimeException e) {
      long pause = before.pauseNanos == 0 ? FIRST_PAUSE_NANOS : before.pauseNanos * 2;
      pause = Math.min(pause, LONGEST_PAUSE_NANOS);
      state =
          new State(before.keys, before.json, nanoTime.getAsLong() + pause, before.gotNanos, pause);
      logger.log(
          before.pauseNanos == 0 ? Level.WARNING : Level.FINE,
          "The keys at "
              + source.uri()
              + " cannot be got: "
              + e
              + (before.keys == null
                  ? ". Tokens of their issuer are refused until they come"
                  : ". The ones before stay in use")
              + "; trying again in "
              + TimeUnit.NANOSECONDS.toSeconds(pause)
              + " s");
    } finally {
      isUnderWay.set(false);
    }
  }

  /**
   * What there is.
   *
   * @param keys null if none have come
   * @param json what they were read from
   * @param dueNanos when to get them again
   * @param gotNanos when they were got
   * @param pauseNanos the pause after the last failure; 0 after a success
   */
  private record State(
      @Nullable JWKSet keys, String json, long dueNanos, long gotNanos, long pauseNanos) {}
}
