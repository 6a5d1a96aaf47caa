@NullMarked
package dev.weft.agent.identity;

import org.jspecify.annotations.NullMarked;
