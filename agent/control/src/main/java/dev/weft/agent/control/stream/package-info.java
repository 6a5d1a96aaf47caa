/**
 * The agent's end of delta ADS: one stream for clusters, endpoints, listeners and routes. What is
 * received goes to the table of {@code translate}; generated messages stay inside this package.
 */
@NullMarked
package dev.weft.agent.control.stream;

import org.jspecify.annotations.NullMarked;
