/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code Route}.
 *
 * @param name for display and metrics; may be empty
 * @param match when it applies
 * @param action what happens then
 * @param headers header operations of this level
 * @param fault the fault filter's settings for this route; null for none
 */
public record RouteConfig(
    String name,
    RouteMatch match,
    RouteAction action,
    HeaderMutations headers,
    @Nullable FaultConfig fault) {}
