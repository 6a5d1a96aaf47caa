/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the engine is told: the outbound half of an xDS configuration after translation, as plain
 * immutable values with all defaults filled in. Names and meanings are Envoy's. Nothing here does
 * anything; {@code engine} compiles it into a snapshot.
 */
@NullMarked
package dev.weft.agent.engine.config;

import org.jspecify.annotations.NullMarked;
