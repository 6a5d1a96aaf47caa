/** What a decision costs. */
@NullMarked
package dev.weft.benchmarks;

import org.jspecify.annotations.NullMarked;
