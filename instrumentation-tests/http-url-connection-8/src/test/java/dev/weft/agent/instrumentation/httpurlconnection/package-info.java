@NullMarked
package dev.weft.agent.instrumentation.httpurlconnection;

import org.jspecify.annotations.NullMarked;
