/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The shop's front, on Spring Boot. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.front;

import org.jspecify.annotations.NullMarked;
