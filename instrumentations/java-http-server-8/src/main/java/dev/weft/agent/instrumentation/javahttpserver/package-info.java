/** com.sun.net.httpserver, JDK 8 and newer. */
@NullMarked
package dev.weft.agent.instrumentation.javahttpserver;

import org.jspecify.annotations.NullMarked;
