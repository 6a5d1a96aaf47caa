/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The shop's orders, on the JDK's own HTTP server. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.orders;

import org.jspecify.annotations.NullMarked;
