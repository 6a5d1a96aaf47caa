/** The mesh's own answers and the mapping between HTTP and gRPC statuses. */
@NullMarked
package dev.weft.agent.engine.reply;

import org.jspecify.annotations.NullMarked;
