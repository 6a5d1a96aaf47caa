/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What secures connections: which they are, and by whose certificate. */
@NullMarked
package dev.weft.agent.engine.tls;

import org.jspecify.annotations.NullMarked;
