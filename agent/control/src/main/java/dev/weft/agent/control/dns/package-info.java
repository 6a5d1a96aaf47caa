/**
 * Names in DNS that clusters need, resolved on threads of our own and never on an application's.
 */
@NullMarked
package dev.weft.agent.control.dns;

import org.jspecify.annotations.NullMarked;
