/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gets this process its identity and renews it at half its life, on the daemon thread {@code
 * weft-identity}. What was had stays in force until there is something newer. Thread-safe; no
 * method blocks.
 */
public final class IdentityKeeper implements WatchedIdentity {
  private static final Logger logger = Logger.getLogger(IdentityKeeper.class.getName());
  private static final long FIRST_WAIT_MILLIS = 500;
  private static final long LONGEST_WAIT_MILLIS = 30_000;
  // A machine that sleeps does not count this as time; the wall clock is looked at after it.
  private static final long LONGEST_NAP_MILLIS = 60_000;
  private static final long REPEAT_MILLIS = 60_000;
  private static final int TRIES_BEFORE_END = 8;

  private final IdentityOptions options;
  private final CertificateClient client;
  private final InstantSource clock;
  private final TlsContexts contexts = new TlsContexts(this);
  private final ScheduledThreadPoolExecutor thread;
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private volatile @Nullable WorkloadIdentity current;
  private volatile IdentityStatus status;

  // What follows is touched on the thread only.
  private @Nullable KeyPair pending;
  private Instant renewAt = Instant.EPOCH;
  private long waitMillis = FIRST_WAIT_MILLIS;
  private String loggedError = "";
  private Instant loggedAt = Instant.EPOCH;

  private IdentityKeeper(IdentityOptions options, CertificateClient client, InstantSource clock) {
    this.options = options;
    this.client = client;
    this.clock = clock;
    this.status = new IdentityStatus(options.id().toString(), 0, 0, "");
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(null, task, "weft-identity", 0, false);
              made.setDaemon(true);
              made.setContextClassLoader(IdentityKeeper.class.getClassLoader());
              return made;
            });
  }

  /** Starts, and returns at once. */
  public static IdentityKeeper start(IdentityOptions options, CertificateClient client) {
    return start(options, client, InstantSource.system());
  }

  static IdentityKeeper start(
      IdentityOptions options, CertificateClient client, InstantSource clock) {
    IdentityKeeper keeper = new IdentityKeeper(options, client, clock);
    keeper.schedule(0, keeper::begin);
    return keeper;
  }

  @Override
  public @Nullable WorkloadIdentity current() {
    return current;
  }

  @Override
  public TlsContexts contexts() {
    return contexts;
  }

  @Override
  public IdentityStatus status() {
    return status;
  }

  @Override
  public void watch(Runnable watcher) {
    watchers.add(watcher);
    schedule(0, watcher);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void begin() {
    if (options.folder() != null) {
      loadSaved(new SavedIdentity(options.folder(), options.id()));
    }
    tick();
  }

  private void loadSaved(SavedIdentity saved) {
    try {
      WorkloadIdentity identity = saved.load();
      if (identity == null) {
        return;
      }
      if (!identity.id().equals(options.id())) {
        throw new IOException(saved.file() + " is for " + identity.id());
      }
      if (identity.notAfter().isAfter(clock.instant())) {
        install(identity);
        logger.info("Started with the identity that was kept: " + identity);
      }
    } catch (IOException e) {
      logger.warning("The identity that was kept is not used: " + e.getMessage());
    }
  }

  private void tick() {
    Instant now = clock.instant();
    if (now.isBefore(renewAt)) {
      schedule(Math.min(LONGEST_NAP_MILLIS, millisUntil(renewAt, now)), this::tick);
      return;
    }
    try {
      WorkloadIdentity identity = request();
      pending = null;
      waitMillis = FIRST_WAIT_MILLIS;
      loggedError = "";
      install(identity);
      logger.log(identity.epoch() == 1 ? Level.INFO : Level.FINE, "This process is {0}", identity);
      keep(identity);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      failed(e);
    } finally {
      // Also after an Error, such as the application's heap being full for a moment.
      tickLater();
    }
  }

  private void tickLater() {
    long untilRenewal = millisUntil(renewAt, clock.instant());
    schedule(untilRenewal > 0 ? Math.min(LONGEST_NAP_MILLIS, untilRenewal) : waited(), this::tick);
  }

  private long waited() {
    WorkloadIdentity held = current;
    long left = held == null ? 0 : millisUntil(held.notAfter(), clock.instant());
    // Several tries before the end, however short the certificates live.
    long most = left > 0 ? Math.max(FIRST_WAIT_MILLIS, left / TRIES_BEFORE_END) : waitMillis;
    long full = Math.min(waitMillis, most);
    waitMillis = Math.min(LONGEST_WAIT_MILLIS, waitMillis * 2);
    return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
  }

  private WorkloadIdentity request() throws IOException, GeneralSecurityException {
    KeyPair keys = pending;
    if (keys == null) {
      keys = keyPair();
      // Until there is an answer: a join token that is good for one use is good for one key.
      pending = keys;
    }
    String request = CertificateRequest.pem(options.id(), keys);
    WorkloadIdentity held = current;
    if (held != null && held.notAfter().isAfter(clock.instant())) {
      try {
        SSLContext context = contexts.client(Set.of(options.serverId()));
        if (context != null) {
          return identity(keys, client.certificate(context.getSocketFactory(), null, request));
        }
      } catch (IOException e) {
        if (!options.hasCredentials()) {
          throw e;
        }
        logger.log(Level.FINE, "The certificate does not renew itself", e);
      }
    }
    if (!options.hasCredentials()) {
      throw new IOException(
          "no certificate that is valid, and nothing to get one by (expected:"
              + " weft.identity.token, weft.identity.token.file or weft.identity.jwt.file)");
    }
    Credentials credentials = Credentials.of(options);
    SSLSocketFactory sockets = ServerTrust.context(options, credentials.pins()).getSocketFactory();
    return identity(keys, client.certificate(sockets, credentials.bearer(), request));
  }

  private WorkloadIdentity identity(KeyPair keys, List<String> parts)
      throws IOException, GeneralSecurityException {
    if (parts.size() < 2) {
      throw new IOException(
          "the CA answered with " + parts.size() + " parts (expected: a chain and a bundle)");
    }
    List<X509Certificate> chain = new ArrayList<>();
    for (String part : parts.subList(0, parts.size() - 1)) {
      chain.addAll(Pem.certificates(part));
    }
    X509Certificate certificate = chain.get(0);
    if (!certificate.getPublicKey().equals(keys.getPublic())) {
      throw new IOException("the CA answered with a certificate for another key");
    }
    SpiffeId id = SpiffeId.of(certificate);
    if (!id.equals(options.id())) {
      throw new IOException("the CA answered with " + id + " (expected: " + options.id() + ")");
    }
    WorkloadIdentity held = current;
    return new WorkloadIdentity(
        id,
        chain,
        keys.getPrivate(),
        TrustBundle.ofPem(parts.get(parts.size() - 1)),
        held == null ? 1 : held.epoch() + 1);
  }

  private void install(WorkloadIdentity identity) {
    Instant now = clock.instant();
    Duration left = Duration.between(now, identity.notAfter());
    // Around the half, so that workloads which started together do not come back together.
    double part = 0.45 + 0.1 * ThreadLocalRandom.current().nextDouble();
    renewAt = now.plusMillis(Math.max(FIRST_WAIT_MILLIS, (long) (left.toMillis() * part)));
    current = identity;
    changed(
        new IdentityStatus(
            identity.id().toString(), identity.notAfter().toEpochMilli(), identity.epoch(), ""));
  }

  private void keep(WorkloadIdentity identity) {
    if (options.folder() == null) {
      return;
    }
    SavedIdentity saved = new SavedIdentity(options.folder(), options.id());
    try {
      saved.save(identity);
    } catch (IOException e) {
      logger.warning(
          "The identity cannot be kept in "
              + saved.file()
              + ": "
              + e
              + ". A restart needs the policy server then");
    }
  }

  private void failed(Exception e) {
    String message = e instanceof IOException ? e.getMessage() + "" : e.toString();
    Instant now = clock.instant();
    IdentityStatus before = status;
    if (!message.equals(before.lastError())) {
      changed(
          new IdentityStatus(before.spiffeId(), before.notAfterMillis(), before.epoch(), message));
    }
    if (message.equals(loggedError) && now.isBefore(loggedAt.plusMillis(REPEAT_MILLIS))) {
      return;
    }
    loggedError = message;
    loggedAt = now;
    WorkloadIdentity held = current;
    String standing =
        held == null
            ? "This process has no identity yet"
            : "The certificate for " + held.id() + " is valid until " + held.notAfter();
    logger.log(
        Level.WARNING,
        "No certificate for " + options.id() + ": " + message + ". " + standing + "; trying again");
  }

  private void changed(IdentityStatus now) {
    status = now;
    for (Runnable watcher : watchers) {
      guarded(watcher);
    }
  }

  private void schedule(long delayMillis, Runnable task) {
    try {
      Future<?> unused = thread.schedule(() -> guarded(task), delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      logger.log(Level.FINE, "The identity's thread has stopped", e);
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      logger.log(Level.SEVERE, "A fault around this process's identity. Please report it", e);
    }
  }

  private static long millisUntil(Instant later, Instant now) {
    return Duration.between(now, later).toMillis();
  }

  private static KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }
}
