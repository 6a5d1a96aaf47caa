/**
 * Policies and a request in, what would happen and why out: the compiler, the agent's translation
 * and the engine, the same that run in the mesh, without a network between them. The only code that
 * sees both the policy server's half and the agent's.
 */
@NullMarked
package dev.weft.simulation;

import org.jspecify.annotations.NullMarked;
