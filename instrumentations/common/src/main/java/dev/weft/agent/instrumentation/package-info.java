/** How a module of Weft is declared to the OpenTelemetry Java agent, and told woven or failed. */
@NullMarked
package dev.weft.agent.instrumentation;

import org.jspecify.annotations.NullMarked;
