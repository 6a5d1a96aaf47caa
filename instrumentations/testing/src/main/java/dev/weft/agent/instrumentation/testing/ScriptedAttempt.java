/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/** An attempt that does what a test tells it, and remembers what it was told. */
public final class ScriptedAttempt implements Attempt {
  private final @Nullable InetSocketAddress address;
  private final List<String> events = new CopyOnWriteArrayList<>();
  private String connectionKey;
  private @Nullable String authority;
  private @Nullable String path;
  private @Nullable String requestHeader;
  private @Nullable String responseHeader;
  private @Nullable ClientTls tls;
  private long timeoutNanos;
  private long connectTimeoutNanos;
  private long delayNanos;
  private IntToLongFunction onHeaders = status -> DELIVER;
  private long onFailure = DELIVER;
  private volatile boolean ended;

  private ScriptedAttempt(@Nullable InetSocketAddress address, String connectionKey) {
    this.address = address;
    this.connectionKey = connectionKey;
  }

  /** Returns one to an endpoint, with a connection key of its own. */
  public static ScriptedAttempt to(InetSocketAddress address) {
    return new ScriptedAttempt(address, "endpoint-" + address.getPort());
  }

  /** Returns one without an address. */
  public static ScriptedAttempt toWhereTheLibraryGoes() {
    return new ScriptedAttempt(null, "own-dns");
  }

  /** Sets the connection key. */
  public ScriptedAttempt key(String key) {
    connectionKey = key;
    return this;
  }

  /** Sets the authority to send. */
  public ScriptedAttempt authority(String newAuthority) {
    authority = newAuthority;
    return this;
  }

  /** Sets the path to send. */
  public ScriptedAttempt path(String newPath) {
    path = newPath;
    return this;
  }

  /** Sets a request header to {@code set}. */
  public ScriptedAttempt settingRequestHeader(String name) {
    requestHeader = name;
    return this;
  }

  /** Sets a response header to {@code set}. */
  public ScriptedAttempt settingResponseHeader(String name) {
    responseHeader = name;
    return this;
  }

  /** Limits the time until headers come. */
  public ScriptedAttempt timeoutMillis(long millis) {
    timeoutNanos = millis * 1_000_000;
    return this;
  }

  /** Demands TLS. */
  public ScriptedAttempt tls(ClientTls newTls) {
    tls = newTls;
    return this;
  }

  /** Limits the time until there is a connection. */
  public ScriptedAttempt connectTimeoutMillis(long millis) {
    connectTimeoutNanos = millis * 1_000_000;
    return this;
  }

  /** Delays the attempt. */
  public ScriptedAttempt delayMillis(long millis) {
    delayNanos = millis * 1_000_000;
    return this;
  }

  /** Orders a retry if the response has a status. */
  public ScriptedAttempt retryOn(int retried) {
    onHeaders = status -> status == retried ? 0 : DELIVER;
    return this;
  }

  /** Orders a retry after a wait if there is no response. */
  public ScriptedAttempt retryOnFailure(long waitNanos) {
    onFailure = waitNanos;
    return this;
  }

  /** Returns what was told, such as {@code headers 200}, {@code end COMPLETE}, the first only. */
  public List<String> events() {
    return events;
  }

  /** Returns whether it was counted out. */
  public boolean isEnded() {
    return ended;
  }

  @Override
  public long delayNanos() {
    return delayNanos;
  }

  @Override
  public @Nullable InetSocketAddress address() {
    return address;
  }

  @Override
  public String connectionKey() {
    return connectionKey;
  }

  @Override
  public @Nullable ClientTls tls() {
    return tls;
  }

  @Override
  public @Nullable String authority() {
    return authority;
  }

  @Override
  public @Nullable String path() {
    return path;
  }

  @Override
  public <H> void mutateRequest(H headers, HeaderWriter<H> writer) {
    if (requestHeader != null) {
      writer.set(headers, requestHeader, "set");
    }
  }

  @Override
  public boolean mutatesRequest() {
    return requestHeader != null;
  }

  @Override
  public <H> void mutateResponse(H headers, HeaderWriter<H> writer) {
    if (responseHeader != null) {
      writer.set(headers, responseHeader, "set");
    }
  }

  @Override
  public boolean mutatesResponse() {
    return responseHeader != null;
  }

  @Override
  public long timeoutNanos() {
    return timeoutNanos;
  }

  @Override
  public long connectTimeoutNanos() {
    return connectTimeoutNanos;
  }

  @Override
  public int number() {
    return 1;
  }

  @Override
  public @Nullable Call mirror() {
    return null;
  }

  @Override
  public synchronized <P> long headers(
      int status, int grpcStatus, P response, HeaderReader<P> reader) {
    if (ended) {
      return DELIVER;
    }
    events.add("headers " + status);
    long verdict = onHeaders.applyAsLong(status);
    ended = verdict >= 0;
    return verdict;
  }

  @Override
  public synchronized long failed(Failure failure) {
    if (ended) {
      return DELIVER;
    }
    ended = true;
    events.add("failed " + failure);
    return failure == Failure.CANCELLED || failure == Failure.APPLICATION_TIMEOUT
        ? DELIVER
        : onFailure;
  }

  @Override
  public synchronized void end(Ending ending) {
    if (!ended) {
      ended = true;
      events.add("end " + ending);
    }
  }
}
