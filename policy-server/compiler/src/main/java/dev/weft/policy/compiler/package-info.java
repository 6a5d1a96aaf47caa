/**
 * Turns policy resources and announced workloads into xDS, and says what is wrong with them. Pure
 * functions of their input: no I/O, no clock, no thread.
 *
 * <p>{@link dev.weft.policy.compiler.Compilation} is the way in. Resources are read from their JSON
 * through a {@code Field}, which knows its own path, so that each finding can name it.
 */
@NullMarked
package dev.weft.policy.compiler;

import org.jspecify.annotations.NullMarked;
