@NullMarked
package dev.weft.agent.engine.inbound;

import org.jspecify.annotations.NullMarked;
