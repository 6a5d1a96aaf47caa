/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import dev.weft.policy.model.Kind;
import dev.weft.policy.store.Store;

/**
 * Where resources are.
 *
 * @param policies what authors write
 * @param shown what the server itself shows, of the read-only kinds
 */
record Stores(Store policies, Store shown) {

  Store of(Kind kind) {
    return kind.isReadOnly() ? shown : policies;
  }
}
