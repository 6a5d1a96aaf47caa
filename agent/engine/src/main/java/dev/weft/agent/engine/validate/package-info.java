/** Finds what is wrong with a resource before it is compiled. */
@NullMarked
package dev.weft.agent.engine.validate;

import org.jspecify.annotations.NullMarked;
