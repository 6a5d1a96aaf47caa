/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

/**
 * Something about a resource that its author should know: found when it is compiled, shown as a
 * condition of its status.
 *
 * @param resource the resource it is about
 * @param reason one word in camel case, a condition's reason: {@code BackendNotFound}
 * @param field the path of the field, for example {@code spec.http[0].route[1].destination.subset};
 *     empty if it is about the resource as a whole
 * @param message what was found, what is done now, what to do about it
 * @param severe whether the resource, or the part of it that the field names, is not in effect;
 *     otherwise it is in effect and this is a warning
 */
public record Finding(
    ResourceKey resource, String reason, String field, String message, boolean severe) {

  /** Returns a finding about a field that is not in effect. */
  public static Finding severe(ResourceKey resource, String reason, String field, String message) {
    return new Finding(resource, reason, field, message, true);
  }

  /** Returns a finding about a field that is in effect all the same. */
  public static Finding warning(ResourceKey resource, String reason, String field, String message) {
    return new Finding(resource, reason, field, message, false);
  }
}
