/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

/**
 * Changes headers in one library's own type. A stateless singleton. An adapter implements it for
 * its mutable headers or builder and hands it to {@link Attempt#mutateRequest} and {@link
 * Attempt#mutateResponse}.
 *
 * @param <H> the library's mutable headers or builder
 */
public interface HeaderWriter<H> {
  /** Replaces all values of the header by this one. */
  void set(H headers, String name, String value);

  /** Adds a value and keeps those that are there. */
  void add(H headers, String name, String value);

  /** Removes all values of the header; does nothing if there is none. */
  void remove(H headers, String name);
}
