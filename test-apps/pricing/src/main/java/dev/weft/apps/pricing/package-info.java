/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The shop's prices, on a gRPC server. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.pricing;

import org.jspecify.annotations.NullMarked;
