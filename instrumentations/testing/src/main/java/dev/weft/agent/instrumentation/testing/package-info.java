/**
 * What instrumentation modules are tested with before any agent is: their advice woven into the
 * test's own JVM, an engine that does what the test says and remembers what it was told, and local
 * servers.
 */
@NullMarked
package dev.weft.agent.instrumentation.testing;

import org.jspecify.annotations.NullMarked;
