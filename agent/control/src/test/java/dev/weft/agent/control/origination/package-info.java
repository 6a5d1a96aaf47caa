@NullMarked
package dev.weft.agent.control.origination;

import org.jspecify.annotations.NullMarked;
