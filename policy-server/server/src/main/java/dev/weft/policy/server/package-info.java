/** The policy server as a program: its options, and how its parts are put together. */
@NullMarked
package dev.weft.policy.server;

import org.jspecify.annotations.NullMarked;
