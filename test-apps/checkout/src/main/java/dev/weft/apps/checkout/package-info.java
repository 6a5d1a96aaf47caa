/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The shop's checkout, on the JDK's own HTTP client. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.checkout;

import org.jspecify.annotations.NullMarked;
