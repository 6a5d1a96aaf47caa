/**
 * {@code java.net.HttpURLConnection} as the JDK makes it for {@code http:}. The JDK's own classes
 * connect, write, parse and follow; what is woven decides where they connect to and whether they do
 * it once more.
 */
@NullMarked
package dev.weft.agent.instrumentation.httpurlconnection;

import org.jspecify.annotations.NullMarked;
