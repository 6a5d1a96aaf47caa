/** The parts of the module that a JVM without an agent can run. */
@NullMarked
package dev.weft.agent.instrumentation.javahttpclient;

import org.jspecify.annotations.NullMarked;
