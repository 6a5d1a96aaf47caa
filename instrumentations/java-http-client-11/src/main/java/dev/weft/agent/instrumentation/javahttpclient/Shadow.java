/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import java.net.http.HttpClient;

/** A copy of a call for a mirror: sent in the background, its response read and forgotten. */
final class Shadow {
  private Shadow() {}

  /** Sends the copies that an attempt calls for, if the request can be sent more than once. */
  static void send(HttpClient client, Hop hop, Attempt attempt) {
    Call mirror = attempt.mirror();
    if (mirror == null) {
      return;
    }
    if (!RequestView.INSTANCE.isReplayable(hop.request())) {
      mirror.abandon();
      return;
    }
    try {
      AsyncCall.copy(client, hop.copiedTo(mirror));
    } catch (RuntimeException | LinkageError e) {
      // Has ended the copy. The original does not depend on it, and fails by itself if it must.
    }
  }
}
