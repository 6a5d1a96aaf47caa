/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What an instrumentation of a library sees of Weft: ask for a decision, carry it out, report the
 * outcome. JDK types only, because these classes are shared between the agent's class loader and
 * the class loaders of instrumented applications. When the agent is packaged, this package becomes
 * {@code io.opentelemetry.javaagent.weft.seam}: only names with that prefix are visible to helper
 * classes of isolated instrumentation modules.
 */
@NullMarked
package dev.weft.agent.seam;

import org.jspecify.annotations.NullMarked;
