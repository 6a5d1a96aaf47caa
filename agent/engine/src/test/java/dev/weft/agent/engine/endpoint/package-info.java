@NullMarked
package dev.weft.agent.engine.endpoint;

import org.jspecify.annotations.NullMarked;
