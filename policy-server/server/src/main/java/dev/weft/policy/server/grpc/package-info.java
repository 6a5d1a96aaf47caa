/**
 * gRPC services on Armeria's port. Armeria's own module for that generates code for JSON when it is
 * loaded, which costs more than the rest of the server's start; here is what streams of protobuf
 * messages need.
 */
@NullMarked
package dev.weft.policy.server.grpc;

import org.jspecify.annotations.NullMarked;
