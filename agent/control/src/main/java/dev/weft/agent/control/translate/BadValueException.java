/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import java.io.Serial;

/** Ends the reading of one resource at a value that it must not have. Carries no stack trace. */
final class BadValueException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  BadValueException(String message) {
    super(message, null, false, false);
  }
}
