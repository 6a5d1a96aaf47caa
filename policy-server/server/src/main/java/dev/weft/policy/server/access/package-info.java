/** Who may do what with the API, and the record of who did. */
@NullMarked
package dev.weft.policy.server.access;

import org.jspecify.annotations.NullMarked;
