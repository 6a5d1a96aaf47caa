/**
 * Chooses an endpoint of a cluster: priorities, localities, health, and the balancing algorithms.
 */
@NullMarked
package dev.weft.agent.engine.balance;

import org.jspecify.annotations.NullMarked;
