/** The few lines of DER that a certificate request needs. */
@NullMarked
package dev.weft.agent.identity.der;

import org.jspecify.annotations.NullMarked;
