/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;

/** Says whether the library will send a request through a proxy. */
final class Proxies {
  private static final String JDKS_OWN = "sun.net.spi.DefaultProxySelector";

  private Proxies() {}

  static boolean apply(HttpClient client, URI uri) {
    Optional<ProxySelector> clients = client.proxy();
    ProxySelector selector = clients.isPresent() ? clients.get() : ProxySelector.getDefault();
    if (selector == null || selector == HttpClient.Builder.NO_PROXY || selectsNone(selector)) {
      return false;
    }
    List<Proxy> proxies = selector.select(uri);
    return !proxies.isEmpty() && proxies.get(0).type() == Proxy.Type.HTTP;
  }

  /** Knows without asking, which would allocate, what the JDK's selector says if nothing is set. */
  private static boolean selectsNone(ProxySelector selector) {
    return selector.getClass().getName().equals(JDKS_OWN)
        && System.getProperty("http.proxyHost") == null
        && !Boolean.getBoolean("java.net.useSystemProxies");
  }
}
