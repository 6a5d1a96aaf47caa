/**
 * A mesh of real processes on this machine's loopback address: a policy server, applications with
 * and without the agent, traffic that is counted. The demo and the end-to-end tests run on it. It
 * knows Weft only from outside: jars, flags and the API.
 */
@NullMarked
package dev.weft.lab;

import org.jspecify.annotations.NullMarked;
