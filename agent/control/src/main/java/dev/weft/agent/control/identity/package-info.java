/** How this process's identity gets to it, and how the control plane's connections use it. */
@NullMarked
package dev.weft.agent.control.identity;

import org.jspecify.annotations.NullMarked;
