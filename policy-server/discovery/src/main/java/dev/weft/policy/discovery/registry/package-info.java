/** The workloads that announced themselves, with what their agents report. */
@NullMarked
package dev.weft.policy.discovery.registry;

import org.jspecify.annotations.NullMarked;
