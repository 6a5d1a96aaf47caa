/**
 * Configuration in files: the last good one that an agent starts with while the policy server is
 * away, and a compiled one that stands in for a policy server.
 */
@NullMarked
package dev.weft.agent.control.cache;

import org.jspecify.annotations.NullMarked;
