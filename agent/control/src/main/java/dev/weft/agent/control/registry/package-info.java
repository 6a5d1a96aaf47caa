/**
 * Tells the policy server what this process serves and how its agent is. Generated messages stay
 * inside this package.
 */
@NullMarked
package dev.weft.agent.control.registry;

import org.jspecify.annotations.NullMarked;
