/** Verifies tokens, and gets the keys of those who issue them on a thread of its own. */
@NullMarked
package dev.weft.agent.jwt;

import org.jspecify.annotations.NullMarked;
