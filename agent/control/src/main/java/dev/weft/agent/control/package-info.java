/**
 * The agent's end of the control plane: one façade that keeps the engine's configuration up to date
 * and the policy server informed. Nothing here runs on an application's thread.
 */
@NullMarked
package dev.weft.agent.control;

import org.jspecify.annotations.NullMarked;
