/** java.net.http.HttpClient, JDK 11 and newer. */
@NullMarked
package dev.weft.agent.instrumentation.javahttpclient;

import org.jspecify.annotations.NullMarked;
