/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

/**
 * Who writes fields, and how.
 *
 * @param name as the client calls itself, for example {@code kubectl}
 * @param isApply whether by server-side apply
 * @param subresource {@code status}, or empty for the resource itself
 */
public record Manager(String name, boolean isApply, String subresource) {

  /** Returns a manager that applies. */
  public static Manager applying(String name, String subresource) {
    return new Manager(name, true, subresource);
  }

  /** Returns a manager that writes in any other way. */
  public static Manager updating(String name, String subresource) {
    return new Manager(name, false, subresource);
  }

  String operation() {
    return isApply ? "Apply" : "Update";
  }
}
