/** The whole path on real processes: policy server, agent, unchanged applications. */
@NullMarked
package dev.weft.endtoend;

import org.jspecify.annotations.NullMarked;
