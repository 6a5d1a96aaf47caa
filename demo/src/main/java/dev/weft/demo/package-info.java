/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * {@code ./weft demo}: a small shop of unchanged services in the mesh on this machine. Each step
 * applies a policy, sends real traffic, and compares what came back with what the policy promises.
 */
@NullMarked
package dev.weft.demo;

import org.jspecify.annotations.NullMarked;
