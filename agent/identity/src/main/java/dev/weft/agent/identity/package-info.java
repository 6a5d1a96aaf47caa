/**
 * Who this process is in the mesh: a key pair that never leaves it, the certificate that a CA gave
 * for it, the CAs that it trusts, and TLS by them. The JDK's cryptography only.
 */
@NullMarked
package dev.weft.agent.identity;

import org.jspecify.annotations.NullMarked;
