@NullMarked
package dev.weft.agent.extension;

import org.jspecify.annotations.NullMarked;
