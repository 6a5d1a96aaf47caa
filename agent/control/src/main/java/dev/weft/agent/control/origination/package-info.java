/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** TLS with certificates from outside of the mesh, by files of the application's machine. */
@NullMarked
package dev.weft.agent.control.origination;

import org.jspecify.annotations.NullMarked;
