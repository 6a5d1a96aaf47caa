/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.instrumentation.testing.MeshTls;
import dev.weft.agent.instrumentation.testing.ScriptedAttempt;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;

/** In a JVM where the library is not woven. */
class AttemptCarrierTest {
  private static final InetSocketAddress ENDPOINT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 9000);

  @Test
  void attemptThatIsToBeSecuredIsRefused() {
    ScriptedAttempt secured = ScriptedAttempt.to(ENDPOINT).tls(new MeshTls().client());

    assertThat(AttemptCarrier.refusal(secured)).isInstanceOf(SSLPeerUnverifiedException.class);
  }

  @Test
  void attemptInPlaintextIsNotRefused() {
    assertThat(AttemptCarrier.refusal(ScriptedAttempt.to(ENDPOINT))).isNull();
  }
}
