/** When a call is tried again and after how long. */
@NullMarked
package dev.weft.agent.engine.retry;

import org.jspecify.annotations.NullMarked;
