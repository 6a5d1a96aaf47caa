/** OkHttp as a client: two interceptors of its own interface, and the points that they rely on. */
@NullMarked
package dev.weft.agent.instrumentation.okhttp;

import org.jspecify.annotations.NullMarked;
