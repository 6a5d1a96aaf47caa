/** The mesh in real containers: images, networks that are cut, a policy server that is lost. */
@NullMarked
package dev.weft.smoke;

import org.jspecify.annotations.NullMarked;
