/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;

/**
 * A consistent hash over all endpoints of a priority, built once at push. Immutable. What may not
 * take load is stepped over when an endpoint is picked, so health changes rebuild nothing.
 */
interface HashTable {
  /** How many steps {@link #index} knows for one hash. */
  int steps();

  /** Returns the index of an endpoint for a hash; another step mostly is another endpoint. */
  int index(long hash, int step);

  /** Returns the text that an endpoint is hashed by, as Envoy writes its address. */
  static String key(Endpoint endpoint) {
    var config = endpoint.destination().endpoint();
    if (config == null) {
      return "";
    }
    String address = config.address();
    return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + config.port();
  }
}
