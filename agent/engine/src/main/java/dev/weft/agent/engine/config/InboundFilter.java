/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

/** An HTTP filter that may refuse a request that comes in. */
public sealed interface InboundFilter permits JwtFilter, RbacFilter {}
