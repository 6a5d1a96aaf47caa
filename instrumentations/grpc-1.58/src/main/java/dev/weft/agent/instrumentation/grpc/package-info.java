/**
 * grpc-java as client and server.
 *
 * <p>A channel that the application builds gets a second one beside it, its mesh channel, with our
 * name resolver and balancer. Per call an interceptor asks the mesh: an unmanaged call goes on over
 * the application's channel, untouched; a managed one goes, attempt by attempt, over the mesh
 * channel, whose balancer connects to the attempt's endpoint on demand.
 */
@NullMarked
package dev.weft.agent.instrumentation.grpc;

import org.jspecify.annotations.NullMarked;
