/**
 * The certificate authority of the mesh: its keys, who may have which workload identity, and the
 * certificates it issues. Knows nothing of policies.
 */
@NullMarked
package dev.weft.policy.ca;

import org.jspecify.annotations.NullMarked;
