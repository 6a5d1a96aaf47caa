@NullMarked
package dev.weft.agent.instrumentation.javahttpclient;

import org.jspecify.annotations.NullMarked;
