/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that comes in, as policies see it: each part is read when it is first asked for, once.
 * Used by one thread at a time.
 */
public abstract class InboundRequest {
  private final Peer peer;
  private @Nullable String rawPath;
  private @Nullable String path;
  private int pathEnd;
  private @Nullable String method;
  private @Nullable IpBits direct;
  private @Nullable IpBits remote;
  private @Nullable Map<String, Object> claims;
  private List<String> removedHeaders = List.of();
  private List<Map.Entry<String, String>> madeHeaders = List.of();

  /** Creates a request from who sends it. */
  protected InboundRequest(Peer peer) {
    this.peer = peer;
  }

  /** Reads the path with its query. */
  protected abstract String readPath();

  /** Reads the method. */
  protected abstract String readMethod();

  /** Returns the authority, as it was sent; null if there was none. */
  public abstract @Nullable String authority();

  /** Returns a header's value, several joined by commas; null if it is not there. */
  public abstract @Nullable String header(String name);

  /** Returns who sends it. */
  public final Peer peer() {
    return peer;
  }

  /** Returns the path and query as they were sent. */
  public final String rawPath() {
    String raw = rawPath;
    if (raw == null) {
      raw = readPath();
      rawPath = raw;
    }
    return raw;
  }

  /** Returns the path that policies are to look at; it counts up to {@link #pathEnd}. */
  public final String path() {
    String current = path;
    if (current == null) {
      current = rawPath();
      path = current;
      pathEnd = PathMatcher.pathEnd(current);
    }
    return current;
  }

  /** Returns where the path ends and its query begins. */
  public final int pathEnd() {
    path();
    return pathEnd;
  }

  /** Lets policies look at another form of the path, one without a query; null for the sent one. */
  final void viewPath(@Nullable String other) {
    path = other;
    pathEnd = other == null ? 0 : other.length();
  }

  /** Returns the method in upper case. */
  public final String method() {
    String current = method;
    if (current == null) {
      current = readMethod();
      method = current;
    }
    return current;
  }

  /**
   * Returns the address that the connection came from.
   *
   * @throws IllegalStateException if the library does not tell: then nothing can be decided by it
   */
  final IpBits directAddress() {
    IpBits current = direct;
    if (current == null) {
      current = read(peer.address(), "the caller's address");
      direct = current;
    }
    return current;
  }

  /** Returns the last address of {@code x-forwarded-for}, else the direct one. */
  final IpBits remoteAddress() {
    IpBits current = remote;
    if (current == null) {
      current = new IpBits();
      String forwarded = header("x-forwarded-for");
      if (forwarded == null || !readLast(forwarded, current)) {
        current = directAddress();
      }
      remote = current;
    }
    return current;
  }

  /**
   * Returns the address that the connection came in on.
   *
   * @throws IllegalStateException if the library does not tell
   */
  final IpBits localAddress() {
    return read(peer.localAddress(), "the connection's own address");
  }

  private static boolean readLast(String forwarded, IpBits into) {
    int from = forwarded.lastIndexOf(',') + 1;
    int to = forwarded.length();
    while (from < to && forwarded.charAt(from) == ' ') {
      from++;
    }
    while (to > from && forwarded.charAt(to - 1) == ' ') {
      to--;
    }
    return into.read(forwarded, from, to);
  }

  private static IpBits read(@Nullable String text, String what) {
    IpBits bits = new IpBits();
    if (text == null || !bits.read(text, 0, text.length())) {
      throw new IllegalStateException(what + " is not known");
    }
    return bits;
  }

  /** Returns the verified token's claims; null without one. */
  final @Nullable Map<String, Object> claims() {
    return claims;
  }

  /** Notes a verified token. The first one's claims are those of the request. */
  public final void authenticated(TokenVerifier.Verdict.Good token) {
    if (claims == null) {
      claims = token.claims();
    }
    madeHeaders = joined(madeHeaders, token.headers());
  }

  /** Notes that the application must not see these headers. */
  public final void removeHeaders(List<String> names) {
    removedHeaders = joined(removedHeaders, names);
  }

  /** Returns whether the application must see other headers than those that were sent. */
  protected final boolean hasOtherHeaders() {
    return !removedHeaders.isEmpty() || !madeHeaders.isEmpty();
  }

  /** Changes the headers to those that the application is to see. */
  protected final <H> void changeHeaders(H headers, HeaderWriter<H> writer) {
    for (String name : removedHeaders) {
      writer.remove(headers, name);
    }
    for (Map.Entry<String, String> made : madeHeaders) {
      writer.set(headers, made.getKey(), made.getValue());
    }
  }

  private static <T> List<T> joined(List<T> some, List<T> more) {
    if (some.isEmpty() || more.isEmpty()) {
      return some.isEmpty() ? more : some;
    }
    List<T> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
