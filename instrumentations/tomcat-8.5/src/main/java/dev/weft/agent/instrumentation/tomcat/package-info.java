/** Tomcat 8.5 and newer, at its connector: the same for javax and jakarta servlets. */
@NullMarked
package dev.weft.agent.instrumentation.tomcat;

import org.jspecify.annotations.NullMarked;
