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
public final class PolicyApi implements AutoCloseable {
  private final OpenWatches watches = new OpenWatches();
  private final HttpService kubernetes;
  private final HttpService weft;

  private PolicyApi(KubernetesApi kubernetes, WeftApi weft) {
    this.kubernetes = new ApiService(kubernetes::handle, watches);
    this.weft = new ApiService(weft::handle, watches);
  }

  /**
   * Makes the API.
   *
   * @param policies what authors write
   * @param shown what the server shows of read-only kinds
   * @param events what happened to resources
   * @param agents who is in the mesh
   * @param tokens by which workloads get their first certificate
   * @param isReadOnly whether policies come from somewhere else and cannot be written here
   */
  public static PolicyApi of(
      Store policies,
      Store shown,
      EventLog events,
      AgentDirectory agents,
      TokenDirectory tokens,
      boolean isReadOnly) {
    Stores stores = new Stores(policies, shown);
    KubernetesApi api =
        new KubernetesApi(
            new ResourceReads(stores, new CoreResources(stores, events)),
            new ResourceWrites(policies, Clock.systemUTC()),
            isReadOnly);
    return new PolicyApi(api, new WeftApi(agents, tokens));
  }

  /**
   * Adds the API's paths: {@code /api}, {@code /apis}, {@code /openapi}, {@code /version} and
   * {@code /weft/v1}.
   */
  public void addTo(ServerBuilder server) {
    server.service("/version", kubernetes);
    for (String root : new String[] {"/api", "/apis", "/openapi"}) {
      server.service(root, kubernetes);
      server.serviceUnder(root + "/", kubernetes);
    }
    server.serviceUnder("/weft/v1/", weft);
    server.errorHandler(new ProtocolErrors());
  }

  /** Ends all watches: their clients begin others elsewhere, or here after a restart. */
  @Override
  public void close() {
    watches.close();
  }
}
