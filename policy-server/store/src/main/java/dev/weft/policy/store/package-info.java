/** Keeps resources, in revisions, and tells those who watch what changes. */
@NullMarked
package dev.weft.policy.store;

import org.jspecify.annotations.NullMarked;
