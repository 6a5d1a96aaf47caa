/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.net.Proxy;
import java.net.ProxySelector;
import java.util.List;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Whether a proxy selector sends a request through a proxy. */
final class Proxies {
  private static final String JDK_SELECTOR = "sun.net.spi.DefaultProxySelector";

  private Proxies() {}

  /**
   * Asks the selector, but not the JDK's own if nothing tells it of a proxy: that is the usual case
   * and costs every call.
   */
  static boolean selects(@Nullable ProxySelector selector, HttpUrl url) {
    if (selector == null
        || (selector.getClass().getName().equals(JDK_SELECTOR)
            && System.getProperty("http.proxyHost") == null
            && System.getProperty("proxyHost") == null
            && System.getProperty("socksProxyHost") == null
            && !Boolean.getBoolean("java.net.useSystemProxies"))) {
      return false;
    }
    List<Proxy> proxies = selector.select(url.uri());
    return proxies != null && proxies.stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
  }
}
