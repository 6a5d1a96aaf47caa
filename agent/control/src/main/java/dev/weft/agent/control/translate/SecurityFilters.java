/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

/** Which HTTP filters guard something: to leave one of these out would open what is closed. */
final class SecurityFilters {
  private static final String FILTERS = "envoy.extensions.filters.http.";

  private SecurityFilters() {}

  static boolean isSecurity(String name, String typeUrl) {
    String type = typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
    return name.equals("envoy.filters.http.rbac")
        || name.equals("envoy.filters.http.jwt_authn")
        || name.equals("envoy.filters.http.ext_authz")
        || type.startsWith(FILTERS + "rbac.")
        || type.startsWith(FILTERS + "jwt_authn.")
        || type.startsWith(FILTERS + "ext_authz.");
  }
}
