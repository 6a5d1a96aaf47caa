/**
 * grpc-java as client and server.
 *
 * <p>A channel that the application builds gets a second one beside it, its mesh channel, with our
 * name resolver and balancer. Per call an interceptor asks the mesh: an unmanaged call goes on over
 * the application's channel, untouched; a managed one goes, attempt by attempt, over the mesh
 * channel, whose balancer connects to the attempt's endpoint on demand. A connection that is to be
 * secured is made by a copy of the application's transport with the mesh's credentials.
 *
 * <p>A server's calls pass an interceptor that asks the mesh. A plaintext server of netty's takes
 * TLS of the mesh beside plaintext.
 */
@NullMarked
package dev.weft.agent.instrumentation.grpc;

import org.jspecify.annotations.NullMarked;
