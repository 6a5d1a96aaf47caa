/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import java.util.List;

/**
 * Resources as they were at one revision.
 *
 * @param revision the store's revision; watch from here
 * @param items the resources, in the order of their keys
 */
public record Listing(long revision, List<StoredResource> items) {
  public Listing {
    items = List.copyOf(items);
  }
}
