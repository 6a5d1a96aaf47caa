/** Clusters: their endpoints, limits and the state that outlives a push. */
@NullMarked
package dev.weft.agent.engine.cluster;

import org.jspecify.annotations.NullMarked;
