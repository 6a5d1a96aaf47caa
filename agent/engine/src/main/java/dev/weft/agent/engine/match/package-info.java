/**
 * Matchers of hosts, paths, headers and query parameters, compiled at push. Nothing here allocates
 * per request but an RE2 expression that is no literal.
 */
@NullMarked
package dev.weft.agent.engine.match;

import org.jspecify.annotations.NullMarked;
