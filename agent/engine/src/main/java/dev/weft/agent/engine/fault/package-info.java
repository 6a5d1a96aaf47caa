/** Injected faults: delays and aborts. */
@NullMarked
package dev.weft.agent.engine.fault;

import org.jspecify.annotations.NullMarked;
