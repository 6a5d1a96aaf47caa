/** Type URLs, resource names and defaults that the policy server and the agent agree on. */
@NullMarked
package dev.weft.protocol.names;

import org.jspecify.annotations.NullMarked;
