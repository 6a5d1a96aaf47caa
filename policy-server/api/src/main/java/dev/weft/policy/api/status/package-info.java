/** What the server found about resources, as conditions of their status. */
@NullMarked
package dev.weft.policy.api.status;

import org.jspecify.annotations.NullMarked;
