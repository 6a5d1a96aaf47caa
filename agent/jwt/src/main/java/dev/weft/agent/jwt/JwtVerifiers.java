/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.config.JwtFilter;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes verifiers. Keys that several of them need are got once, and go on from one configuration to
 * the next. Thread-safe.
 */
public final class JwtVerifiers implements TokenVerifier.Factory {
  private static final long IDLE_SECONDS = 10;

  /** A server that is slow on purpose keeps one from the others. */
  private static final int THREADS = 4;

  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Executor executor;
  private final KeyFetcher fetcher = new KeyFetcher();

  /** Held as long as some verifier uses them. */
  private final Cache<JwtFilter.Keys.Remote, RemoteKeys> remote =
      Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

  private JwtVerifiers(InstantSource clock, LongSupplier nanoTime, Executor executor) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.executor = executor;
  }

  /** Makes verifiers by the system's clock, with daemon threads that end while they are idle. */
  public static JwtVerifiers create() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "weft-keys");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return new JwtVerifiers(InstantSource.system(), System::nanoTime, threads);
  }

  /** Makes verifiers by other clocks, whose keys are got by another executor. */
  static JwtVerifiers create(InstantSource clock, LongSupplier nanoTime, Executor executor) {
    return new JwtVerifiers(clock, nanoTime, executor);
  }

  @Override
  public TokenVerifier of(JwtFilter.Provider provider) {
    return new JwtVerifier(provider, keys(provider), clock);
  }

  private KeySource keys(JwtFilter.Provider provider) {
    if (provider.keys() instanceof JwtFilter.Keys.Inline inline) {
      return InlineKeys.of(provider.issuer(), inline.json());
    }
    JwtFilter.Keys.Remote source = (JwtFilter.Keys.Remote) provider.keys();
    RemoteKeys keys = remote.get(source, key -> new RemoteKeys(key, fetcher, executor, nanoTime));
    keys.keys(); // starts getting them, before the first token comes
    return keys;
  }
}
