/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
@NullMarked
package dev.weft.agent.instrumentation.javahttpserver;

import org.jspecify.annotations.NullMarked;
