/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Carries where an attempt goes, and what changes in its first line, inside the library's own copy
 * of a request, where there is a field of this type to spare. As an address it is never used.
 * Immutable, and shared by all attempts to an endpoint that change nothing; else but for the host.
 */
final class AttemptCarrier extends InetSocketAddress {
  private static final long serialVersionUID = 1;
  private static final @Nullable MethodHandle AUTHORITY = authorityOfTheLibrarysCopy();

  /** Whether the points that secure an attempt are woven: the copy's class is loaded above. */
  private static final boolean IS_SECURING = AUTHORITY != null && isWoven();

  /** Says nothing: of a call that the mesh does not manage but whose redirects it watches. */
  private static final AttemptCarrier NOTHING = new AttemptCarrier(null, false, null, null);

  private final transient @Nullable InetSocketAddress endpoint;
  private final boolean isSecured;
  private final @Nullable String path;
  private volatile @Nullable String authority;

  private AttemptCarrier(
      @Nullable InetSocketAddress endpoint,
      boolean isSecured,
      @Nullable String path,
      @Nullable String authority) {
    super((InetAddress) null, 0);
    this.endpoint = endpoint;
    this.isSecured = isSecured;
    this.path = path;
    this.authority = authority;
  }

  /** Returns what all attempts to an endpoint carry that change nothing of their requests. */
  static AttemptCarrier unchanged(InetSocketAddress endpoint, boolean isSecured) {
    return new AttemptCarrier(endpoint, isSecured, null, null);
  }

  /**
   * Returns what an attempt's request is to carry: its own if anything is changed, as its headers
   * may name another host ({@link #name}).
   *
   * @param attempt null for a call that the mesh does not manage
   */
  static AttemptCarrier of(@Nullable Attempt attempt) {
    if (attempt == null) {
      return NOTHING;
    }
    AttemptCarrier shared = Endpoints.carrier(attempt);
    String path = attempt.path();
    String authority = attempt.authority();
    if (shared != null && path == null && authority == null && !attempt.mutatesRequest()) {
      return shared;
    }
    return new AttemptCarrier(
        shared == null ? null : shared.endpoint, attempt.tls() != null, path, authority);
  }

  /** Takes a Host header that the attempt's header operations have set. */
  void name(@Nullable String host) {
    authority = host == null ? authority : host;
  }

  /** Returns what the library's copy of a request carries; null if the call is not ours. */
  static @Nullable AttemptCarrier of(HttpRequest copy) {
    if (AUTHORITY == null) {
      return null;
    }
    try {
      InetSocketAddress authority = (InetSocketAddress) AUTHORITY.invokeExact(copy);
      return authority instanceof AttemptCarrier carrier ? carrier : null;
    } catch (ClassCastException e) {
      return null; // an implementation that is not the library's
    } catch (Throwable e) {
      throw new IllegalStateException("HttpRequestImpl.authority()", e);
    }
  }

  /** Returns the endpoint to connect to; null to let the library resolve the URI's host. */
  @Nullable InetSocketAddress endpoint() {
    return endpoint;
  }

  /** Returns whether the attempt's connection is to be secured by the mesh. */
  boolean isSecured() {
    return isSecured;
  }

  /**
   * Returns why an attempt that is to be secured could not be, before the library is told of it;
   * null if it can be. To look for its address once more must not fail any more.
   */
  static @Nullable IOException refusal(Attempt attempt) {
    if (attempt.tls() == null) {
      return null;
    }
    if (!IS_SECURING) {
      return new SSLPeerUnverifiedException("The mesh cannot secure connections of this JDK's");
    }
    try {
      AttemptCarrier carrier = Endpoints.carrier(attempt);
      return carrier != null && isNamed(carrier.endpoint, attempt.connectionKey())
          ? null
          : new SSLPeerUnverifiedException("The mesh cannot secure an endpoint without an address");
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(Hop.HOOK, "endpoint", e);
      return new SSLException("The mesh cannot secure the connection", e);
    }
  }

  /** Returns the authority to send. */
  String authority(String original) {
    String changed = authority;
    return changed == null ? original : changed;
  }

  /** Returns the path with query to send. */
  String path(String original) {
    return path == null ? original : path;
  }

  /** Returns HTTP/2's form of both. */
  HttpHeaders pseudoHeaders(HttpHeaders original) {
    String changed = authority;
    if (path == null && changed == null) {
      return original;
    }
    Map<String, List<String>> headers = new HashMap<>(original.map());
    if (path != null) {
      headers.put(":path", List.of(path));
    }
    if (changed != null) {
      headers.put(":authority", List.of(changed));
    }
    return HttpHeaders.of(headers, (name, value) -> true);
  }

  private static boolean isNamed(@Nullable InetSocketAddress endpoint, String name) {
    return endpoint != null && endpoint.getHostString().equals(name);
  }

  private static boolean isWoven() {
    Hooks.Status status = Hooks.statuses().get(Hop.HOOK);
    return status != null && status.state() == Hooks.State.WOVEN;
  }

  private static @Nullable MethodHandle authorityOfTheLibrarysCopy() {
    try {
      Class<?> copy =
          Class.forName(
              "jdk.internal.net.http.HttpRequestImpl", false, HttpClient.class.getClassLoader());
      return MethodHandles.privateLookupIn(copy, MethodHandles.lookup())
          .findVirtual(copy, "authority", MethodType.methodType(InetSocketAddress.class))
          .asType(MethodType.methodType(InetSocketAddress.class, HttpRequest.class));
    } catch (ReflectiveOperationException e) {
      Hooks.unknownVersion(Hop.HOOK, "HttpRequestImpl.authority(): " + e);
      return null;
    }
  }
}
