/** gRPC's own client and server, woven as in an application, with a scripted mesh. */
@NullMarked
package dev.weft.agent.instrumentation.grpc;

import org.jspecify.annotations.NullMarked;
