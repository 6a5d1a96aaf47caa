/** The weft command: talks to a policy server through its API. */
@NullMarked
package dev.weft.policy.ctl;

import org.jspecify.annotations.NullMarked;
