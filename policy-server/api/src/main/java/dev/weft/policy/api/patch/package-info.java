/** Changes of resources: the patch formats, and who owns which field. No I/O. */
@NullMarked
package dev.weft.policy.api.patch;

import org.jspecify.annotations.NullMarked;
