/**
 * What the streams to the policy server have in common: the one thread that everything runs on, the
 * gRPC channel, a stream that is opened again whenever it drops, and logging without repetition.
 */
@NullMarked
package dev.weft.agent.control.channel;

import org.jspecify.annotations.NullMarked;
