/** Which tokens a request has to show, and what they say. Verifies nothing itself. */
@NullMarked
package dev.weft.agent.engine.authentication;

import org.jspecify.annotations.NullMarked;
