/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import dev.weft.lab.App;
import dev.weft.lab.Http;
import java.io.UncheckedIOException;

/**
 * A way through the shop: each request to it makes one service call another, through one client
 * library. The demo itself is outside the mesh.
 *
 * @param app the calling service
 * @param name the calling service's name
 * @param library the client library that it calls with
 * @param path its path that makes it call
 */
record Caller(App app, String name, String library, String path) {
  /** Makes the service call as anybody. */
  Answer call() {
    return send();
  }

  /** Makes the service call as a tester. */
  Answer callAsTester() {
    return send("x-tester", "yes");
  }

  private Answer send(String... headers) {
    try {
      return Answer.of(Http.get(app.url() + path, headers));
    } catch (UncheckedIOException e) {
      return Answer.NONE;
    }
  }
}
