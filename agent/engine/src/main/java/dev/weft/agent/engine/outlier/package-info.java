/** Outlier detection: counts errors in a row and ejects endpoints for a time. */
@NullMarked
package dev.weft.agent.engine.outlier;

import org.jspecify.annotations.NullMarked;
