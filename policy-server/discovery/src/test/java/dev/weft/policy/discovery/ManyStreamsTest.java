/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManyStreamsTest {
  private static final int STREAMS = 200;
  private static final int SERVICES = 100;

  @Test
  void anEditReachesEachOf200StreamsAndNothingElseDoes() {
    try (TestMesh mesh = new TestMesh(DiscoverySettings.DEFAULT, new Threads().timer())) {
      for (int i = 0; i < SERVICES; i++) {
        mesh.apply(service(i));
      }
      List<DeltaClient> clients = new ArrayList<>();
      ManagedChannel channel = mesh.channel();
      for (int i = 0; i < STREAMS; i++) {
        DeltaClient client = new DeltaClient(channel, DeltaClient.nodeId("front-" + i, "shop"));
        client.subscribe(TypeUrls.CLUSTER);
        for (int known = 0; known < SERVICES + 2; ) {
          known += client.take(TypeUrls.CLUSTER).getResourcesCount();
        }
        clients.add(client);
      }

      for (int edit = 0; edit < 10; edit++) {
        String balancing = edit % 2 == 0 ? "RANDOM" : "ROUND_ROBIN";
        mesh.apply(rule(7, balancing));
        for (DeltaClient client : clients) {
          Cluster cluster = DeltaClient.only(client.take(TypeUrls.CLUSTER), Cluster.class);
          assertThat(cluster.getLbPolicy()).hasToString(balancing);
        }
      }

      assertThat(clients).allMatch(DeltaClient::hasNothingElse);
    }
  }

  private static String service(int number) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: s%d, namespace: shop}
    spec:
      hosts: [s%d.example]
      ports: [{number: 80, name: http, protocol: HTTP}]
      resolution: STATIC
      endpoints: [{address: 10.0.0.1}]
    """
        .formatted(number, number);
  }

  private static String rule(int number, String balancing) {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: s%d, namespace: shop}
    spec:
      host: s%d.example
      trafficPolicy: {loadBalancer: {simple: %s}}
    """
        .formatted(number, number, balancing);
  }
}
