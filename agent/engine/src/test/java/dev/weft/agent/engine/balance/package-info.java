@NullMarked
package dev.weft.agent.engine.balance;

import org.jspecify.annotations.NullMarked;
