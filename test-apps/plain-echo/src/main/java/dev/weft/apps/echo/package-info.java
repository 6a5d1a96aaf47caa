/** Answers what it was asked, with the JDK's own HTTP server. Knows nothing of Weft. */
@NullMarked
package dev.weft.apps.echo;

import org.jspecify.annotations.NullMarked;
