/**
 * Virtual hosts and routes, compiled at push: what a request matches and what happens to it then.
 */
@NullMarked
package dev.weft.agent.engine.route;

import org.jspecify.annotations.NullMarked;
