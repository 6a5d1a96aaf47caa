/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.seam.ClientTls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Both ends of mutual TLS, by a CA of its own. */
public final class MeshTls {
  private final TestAuthority authority = TestAuthority.create("mesh.test");
  private final WorkloadIdentity self = authority.issue("shop", "caller");
  private final WorkloadIdentity peer = authority.issue("shop", "orders");

  /** Returns how to call the servers of {@link #server}. */
  public ClientTls client() {
    return expecting(peer);
  }

  /** Returns how to call somebody who is not there. */
  public ClientTls clientOfAnother() {
    return expecting(authority.issue("shop", "another"));
  }

  /** Returns what fails whenever a connection is to be made with it. */
  public static ClientTls broken() {
    try {
      return new ClientTls(SSLContext.getInstance("TLS"), null, List.of(TlsContexts.TLS_1_3));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a server that demands a certificate, not bound yet. */
  HttpsServer server() throws IOException {
    HttpsServer server = HttpsServer.create();
    server.setHttpsConfigurator(
        new HttpsConfigurator(serverContext()) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters demanding = getSSLContext().getDefaultSSLParameters();
            demanding.setNeedClientAuth(true);
            parameters.setSSLParameters(demanding);
          }
        });
    return server;
  }

  /** Returns what accepts the connections of {@link #client}. */
  public SSLContext serverContext() {
    try {
      return Objects.requireNonNull(TlsContexts.of(peer).server());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private ClientTls expecting(WorkloadIdentity expected) {
    try {
      SSLContext context = TlsContexts.of(self).client(Set.of(expected.id().toString()));
      return new ClientTls(Objects.requireNonNull(context), null, List.of(TlsContexts.TLS_1_3));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
