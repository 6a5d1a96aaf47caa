@NullMarked
package dev.weft.agent.instrumentation.okhttp;

import org.jspecify.annotations.NullMarked;
