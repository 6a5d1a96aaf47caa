/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import java.util.UUID;

class EmbeddedStoreInMemoryTest extends StoreContract {
  @Override
  Store newStore() {
    return EmbeddedStore.inMemory(UUID.randomUUID());
  }
}
