/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Attempt;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt goes, written into the fragment of the URL that the JDK's client is made with:
 * the JDK keeps that URL with the connection, asks its keep-alive cache with it, and never sends or
 * shows its fragment.
 */
final class Target {
  private static final String ENDPOINT = "weft-endpoint/";
  private static final String SECURED = "weft-secured/";
  private static final String REPLY = "weft-reply/";

  private Target() {}

  /** Returns whether a URL is one of ours. */
  static boolean isMarked(URL url) {
    String fragment = url.getRef();
    return fragment != null
        && (fragment.startsWith(ENDPOINT)
            || fragment.startsWith(SECURED)
            || fragment.startsWith(REPLY));
  }

  /** Returns the connection key if connections of a URL are secured by the mesh, else null. */
  static @Nullable String securedKey(URL url) {
    String fragment = url.getRef();
    if (fragment == null || !fragment.startsWith(SECURED)) {
      return null;
    }
    int end = fragment.indexOf('/', SECURED.length());
    return fragment.substring(SECURED.length(), end < 0 ? fragment.length() : end);
  }

  /** Returns the URL with the attempt's connection key and address. */
  static URL to(URL url, Attempt attempt) throws MalformedURLException {
    InetSocketAddress address = attempt.address();
    String key = (attempt.tls() == null ? ENDPOINT : SECURED) + attempt.connectionKey();
    return marked(
        url,
        address == null
            ? key
            : key + '/' + address.getPort() + '/' + address.getAddress().getHostAddress());
  }

  /** Returns the URL with the number of a reply. */
  static URL toReply(URL url, long number) throws MalformedURLException {
    return marked(url, REPLY + number);
  }

  /**
   * Returns what the connections of a URL may be shared by, the same object for the same key; null
   * if the URL is not one of ours.
   */
  static @Nullable Object connectionKey(URL url) {
    if (!isMarked(url)) {
      return null;
    }
    return url.getRef().intern(); // the JDK compares by identity
  }

  /** Returns the IP address, or the name of a reply, to connect to; null: the URL's host. */
  static @Nullable String server(URL url) {
    String fragment = url.getRef();
    if (fragment == null || fragment.startsWith(REPLY)) {
      return fragment;
    }
    int last = fragment.lastIndexOf('/');
    return last == fragment.indexOf('/') ? null : fragment.substring(last + 1);
  }

  /** Returns the port to connect to. */
  static int port(URL url, int port) {
    String fragment = url.getRef();
    int last = fragment.lastIndexOf('/');
    int first = fragment.indexOf('/', fragment.indexOf('/') + 1);
    return first < 0 || first == last ? port : Integer.parseInt(fragment, first + 1, last, 10);
  }

  /** Returns the number of the reply that stands for a server; -1 if it is a server. */
  static long replyNumber(String server) {
    return server.startsWith(REPLY) ? Long.parseLong(server.substring(REPLY.length())) : -1;
  }

  private static URL marked(URL url, String fragment) throws MalformedURLException {
    return new URL(url.getProtocol(), url.getHost(), url.getPort(), url.getFile() + '#' + fragment);
  }
}
