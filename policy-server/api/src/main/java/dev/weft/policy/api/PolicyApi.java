/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import dev.weft.policy.store.Store;
import java.time.Clock;

/** The API of the policy server. Thread-safe. */
public final class PolicyApi {
  private final HttpService service;

  private PolicyApi(HttpService service) {
    this.service = service;
  }

  /**
   * Makes the API.
   *
   * @param policies what authors write
   * @param shown what the server shows of read-only kinds
   * @param events what happened to resources
   * @param isReadOnly whether policies come from somewhere else and cannot be written here
   */
  public static PolicyApi of(Store policies, Store shown, EventLog events, boolean isReadOnly) {
    Stores stores = new Stores(policies, shown);
    KubernetesApi api =
        new KubernetesApi(
            new ResourceReads(stores, new CoreResources(stores, events)),
            new ResourceWrites(policies, Clock.systemUTC()),
            isReadOnly);
    return new PolicyApi(new ApiService(api));
  }

  /** Adds the API's paths: {@code /api}, {@code /apis}, {@code /openapi} and {@code /version}. */
  public void addTo(ServerBuilder server) {
    server.service("/version", service);
    for (String root : new String[] {"/api", "/apis", "/openapi"}) {
      server.service(root, service);
      server.serviceUnder(root + "/", service);
    }
  }
}
