/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of one library's response type. A stateless singleton, like {@link
 * RequestReader}.
 *
 * @param <P> the library's response (or headers) type
 */
@FunctionalInterface
public interface HeaderReader<P> {
  /**
   * Returns the value of a header, several values joined by commas, or null if it is not there.
   *
   * @param name the header's name in lower case
   */
  @Nullable String header(P response, String name);
}
