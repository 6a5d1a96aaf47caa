/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

/** Mutual TLS of the NIO2 connector, on the version of Tomcat that is on the class path. */
class TomcatNio2MutualTlsTest extends TomcatMutualTlsTest {
  @Override
  protected String protocol() {
    return "org.apache.coyote.http11.Http11Nio2Protocol";
  }
}
