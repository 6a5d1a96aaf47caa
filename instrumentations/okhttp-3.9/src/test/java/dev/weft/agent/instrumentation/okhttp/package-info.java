/** OkHttp with its woven points, a scripted engine and real servers. */
@NullMarked
package dev.weft.agent.instrumentation.okhttp;

import org.jspecify.annotations.NullMarked;
