/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authentication;

/**
 * A request whose token does not do.
 *
 * @param failure why
 * @param provider the name of the provider whose rule refuses it; empty if the filter has none
 */
public record TokenRefusal(TokenFailure failure, String provider) {}
