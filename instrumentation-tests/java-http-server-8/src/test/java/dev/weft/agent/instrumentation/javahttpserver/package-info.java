@NullMarked
package dev.weft.agent.instrumentation.javahttpserver;

import org.jspecify.annotations.NullMarked;
