@NullMarked
package dev.weft.agent.engine;

import org.jspecify.annotations.NullMarked;
