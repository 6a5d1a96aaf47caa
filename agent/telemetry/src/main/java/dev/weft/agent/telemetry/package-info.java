/**
 * What the mesh tells of itself: metrics with Istio's names and labels, and attributes of spans.
 */
@NullMarked
package dev.weft.agent.telemetry;

import org.jspecify.annotations.NullMarked;
