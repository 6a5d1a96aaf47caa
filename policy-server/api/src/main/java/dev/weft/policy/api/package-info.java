/**
 * The API of the policy server, by the Kubernetes API conventions: what a request asks for, whether
 * it may be, and what is answered.
 */
@NullMarked
package dev.weft.policy.api;

import org.jspecify.annotations.NullMarked;
