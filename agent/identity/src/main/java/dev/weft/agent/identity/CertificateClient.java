/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Asks a CA for certificates. */
@FunctionalInterface
public interface CertificateClient {
  /**
   * Sends a request over a new connection and waits for the answer, at most some seconds.
   *
   * @param sockets makes the connection's socket, which checks the server
   * @param bearer a join token or a JWT; null if the connection's client certificate is the proof
   * @param request PKCS #10 in PEM
   * @return in PEM: the certificate, then intermediate ones in order, then the trust bundle
   * @throws RefusedException if the CA says no
   * @throws IOException if it does not answer, or is not who it should be
   */
  List<String> certificate(SSLSocketFactory sockets, @Nullable String bearer, String request)
      throws IOException;

  /** The CA says no. */
  final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says no, with the CA's reason. */
    public RefusedException(String reason) {
      super(reason);
    }
  }
}
