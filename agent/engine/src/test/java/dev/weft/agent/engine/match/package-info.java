@NullMarked
package dev.weft.agent.engine.match;

import org.jspecify.annotations.NullMarked;
