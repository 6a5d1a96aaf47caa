@NullMarked
package dev.weft.agent.instrumentation.tomcat;

import org.jspecify.annotations.NullMarked;
