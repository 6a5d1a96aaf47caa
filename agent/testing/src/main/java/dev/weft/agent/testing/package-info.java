/**
 * The contracts of client and server modules. They run in a JVM that the real agent jar is in, with
 * real sockets; what the mesh decides comes from a compiled configuration file.
 */
@NullMarked
package dev.weft.agent.testing;

import org.jspecify.annotations.NullMarked;
