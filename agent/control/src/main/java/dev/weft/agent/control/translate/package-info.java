/**
 * From serialized xDS resources to the engine's configuration: a function without I/O. Every
 * resource is judged on its own; what is wrong with one is output, and the others apply. Generated
 * messages stay inside this package.
 */
@NullMarked
package dev.weft.agent.control.translate;

import org.jspecify.annotations.NullMarked;
