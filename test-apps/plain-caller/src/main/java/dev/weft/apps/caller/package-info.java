/** Makes calls with the JDK's own HTTP client. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.caller;

import org.jspecify.annotations.NullMarked;
