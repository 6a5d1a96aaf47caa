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
 * Carries an attempt inside the library's own copy of a request, where there is a field of this
 * type to spare. As an address it is never used. Immutable but for what the request learns.
 */
final class AttemptCarrier extends InetSocketAddress {
  private static final long serialVersionUID = 1;
  private static final @Nullable MethodHandle AUTHORITY = authorityOfTheLibrarysCopy();

  /** Whether the points that secure an attempt are woven: the copy's class is loaded above. */
  private static final boolean IS_SECURING = AUTHORITY != null && isWoven();

  private final transient AttemptRequest request;

  AttemptCarrier(AttemptRequest request) {
    super((InetAddress) null, 0);
    this.request = request;
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
    Attempt attempt = request.attempt();
    return attempt == null ? null : Endpoints.named(attempt);
  }

  /** Returns whether the attempt's connection is to be secured by the mesh. */
  boolean isSecured() {
    Attempt attempt = request.attempt();
    return attempt != null && attempt.tls() != null;
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
      InetSocketAddress endpoint = Endpoints.named(attempt);
      return endpoint != null && endpoint.getHostString().equals(attempt.connectionKey())
          ? null
          : new SSLPeerUnverifiedException("The mesh cannot secure an endpoint without an address");
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(Hop.HOOK, "endpoint", e);
      return new SSLException("The mesh cannot secure the connection", e);
    }
  }

  /** Returns the authority to send. */
  String authority(String original) {
    String authority = request.authority();
    return authority == null ? original : authority;
  }

  /** Returns the path with query to send. */
  String path(String original) {
    Attempt attempt = request.attempt();
    String path = attempt == null ? null : attempt.path();
    return path == null ? original : path;
  }

  /** Returns HTTP/2's form of both. */
  HttpHeaders pseudoHeaders(HttpHeaders original) {
    Attempt attempt = request.attempt();
    String path = attempt == null ? null : attempt.path();
    String authority = request.authority();
    if (path == null && authority == null) {
      return original;
    }
    Map<String, List<String>> headers = new HashMap<>(original.map());
    if (path != null) {
      headers.put(":path", List.of(path));
    }
    if (authority != null) {
      headers.put(":authority", List.of(authority));
    }
    return HttpHeaders.of(headers, (name, value) -> true);
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
