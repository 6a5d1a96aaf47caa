/** What the agent and the policy server cost real processes, measured against none in one run. */
@NullMarked
package dev.weft.benchmarks.load;

import org.jspecify.annotations.NullMarked;
