/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Spring Boot application that nobody configured for the mesh: announced, called, measured. */
class SpringBootTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String[] CALLS_TO_FRONT = {
    "response_code=\"404\"",
    "response_flags=\"-\"",
    "request_protocol=\"http\"",
    "destination_service=\"front.default.svc.cluster.local\"",
    "destination_service_name=\"front\"",
    "destination_service_namespace=\"default\"",
    "destination_workload=\"front\"",
    "destination_canonical_service=\"front\"",
    "destination_version=\"v1\"",
  };

  @TempDir Path folder;

  @Test
  void isAnnouncedAndBothEndsOfACallCountIt() {
    Jdk jdk = Jdk.current();
    int frontMetrics = Http.freePort();
    int callerMetrics = Http.freePort();
    try (PolicyServer server = PolicyServer.start(jdk, folder);
        App caller =
            Orders.caller(jdk, folder)
                .option("weft.metrics.port", Integer.toString(callerMetrics))
                .server(server)
                .start();
        App front =
            App.of("shop-front")
                .jdk(jdk)
                .folder(folder)
                .agent("front")
                .label("version", "v1")
                .option("weft.metrics.port", Integer.toString(frontMetrics))
                .server(server)
                .start()) {
      awaitAnnounced(server, front);
      // No DNS knows the name: the caller reaches it as soon as the mesh has told it where.
      String url = "http://front:" + front.port() + "/nowhere";
      Await.until(
          "the caller to reach the front by its name",
          SOON,
          () -> Orders.callsTo(url, caller, 1).equals(Map.of("status 404", 1)),
          () -> caller.process().output());

      assertThat(Orders.callsTo(url, caller, 9)).isEqualTo(Map.of("status 404", 9));

      awaitTenCalls(
          callerMetrics,
          "reporter=\"source\"",
          "source_workload=\"caller\"",
          "source_workload_namespace=\"default\"");
      awaitTenCalls(frontMetrics, "reporter=\"destination\"");
    }
  }

  private static void awaitAnnounced(PolicyServer server, App front) {
    Await.until(
        "the front to be announced by its Tomcat",
        SOON,
        () -> {
          String agents = Http.get(server.url() + "/weft/v1/agents/front").body();
          return agents.contains("\"name\":\"tomcat-8.5\",\"state\":\"woven\"")
              && agents.contains(
                  "{\"servicePort\":%1$d,\"targetPort\":%1$d,\"protocol\":\"http\",\"tls\":false,\"hook\":\"tomcat-8.5\"}"
                      .formatted(front.port()));
        },
        () -> front.process().output());
  }

  /** A call is counted when its response has ended, which the client may see before. */
  private static void awaitTenCalls(int metricsPort, String... ofThisEnd) {
    String[] labels =
        Stream.of(CALLS_TO_FRONT, ofThisEnd).flatMap(Stream::of).toArray(String[]::new);
    for (String metric :
        new String[] {"istio_requests_total", "istio_request_duration_milliseconds_count"}) {
      Await.until(
          metric + " to count ten calls",
          SOON,
          () -> Scrape.of(metricsPort).sum(metric, labels) == 10,
          () -> "\n" + Scrape.of(metricsPort).text());
    }
  }
}
