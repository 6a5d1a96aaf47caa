/**
 * Serves what the compiler makes over delta ADS, to each agent what it asked for and only what
 * changed.
 *
 * <p>{@link dev.weft.policy.discovery.DiscoveryServer} is the way in. Each stream, and the loop
 * that compiles, is confined to a {@code SerialExecutor}: no locks, and nothing waits.
 */
@NullMarked
package dev.weft.policy.discovery;

import org.jspecify.annotations.NullMarked;
