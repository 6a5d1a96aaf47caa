/** Endpoints of a cluster: address, connection key, and the state that outlives a push. */
@NullMarked
package dev.weft.agent.engine.endpoint;

import org.jspecify.annotations.NullMarked;
