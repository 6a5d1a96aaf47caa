/** Which requests may come in: RBAC policies, compiled. */
@NullMarked
package dev.weft.agent.engine.authorization;

import org.jspecify.annotations.NullMarked;
