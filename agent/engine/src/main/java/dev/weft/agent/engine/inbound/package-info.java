/** Decides about requests that come in, and tells who wants to know of them. No I/O. */
@NullMarked
package dev.weft.agent.engine.inbound;

import org.jspecify.annotations.NullMarked;
