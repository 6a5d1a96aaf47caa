/**
 * Decides about outbound calls: {@link Engine} answers from an immutable {@link Snapshot} that is
 * compiled from {@link dev.weft.agent.engine.config.MeshConfig}. No I/O, no locks on the way of a
 * request.
 */
@NullMarked
package dev.weft.agent.engine;

import org.jspecify.annotations.NullMarked;
