/** Wiring: options, start, and what an OpenTelemetry Java agent asks of an extension. */
@NullMarked
package dev.weft.agent.extension;

import org.jspecify.annotations.NullMarked;
