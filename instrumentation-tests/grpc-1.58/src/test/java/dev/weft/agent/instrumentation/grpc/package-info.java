/** grpc-java in a JVM with the agent. */
@NullMarked
package dev.weft.agent.instrumentation.grpc;

import org.jspecify.annotations.NullMarked;
