/** The JDK's HttpURLConnection with its woven points, a scripted engine and real servers. */
@NullMarked
package dev.weft.agent.instrumentation.httpurlconnection;

import org.jspecify.annotations.NullMarked;
