/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The shop's basket, on OkHttp and gRPC. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.basket;

import org.jspecify.annotations.NullMarked;
