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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A resource that the policy server takes and an agent does not: an address with a leading zero,
 * which some read as octal.
 */
class RefusedResourceTest {
  private static final Jdk JDK = Jdk.current();
  private static final Pattern CONFIG = Pattern.compile("\"configVersion\"\\s*:\\s*\"([^\"]+)\"");
  @TempDir Path folder;

  @Test
  void isToldOnceWithItsReasonAndTheLastGoodOneStaysInForce() {
    try (PolicyServer server = PolicyServer.start(JDK, folder);
        App v1 = Orders.version(JDK, folder, "v1");
        App v2 = Orders.version(JDK, folder, "v2");
        App caller = Orders.caller(JDK, folder).server(server).start()) {
      Orders.declare(server, v1, v2);
      server.apply(Orders.weights(100, 0));
      Orders.awaitOnly(caller, "v1");

      // If it were applied, half of the calls at least would go to v2.
      server.apply(
          Orders.serviceEntry("v1", v2.port())
              .replace("endpoints: [", "endpoints: [{address: 010.0.0.1}, "));

      Await.until(
          "the agent to report the refusal",
          Duration.ofSeconds(20),
          () -> agent(server).contains("kept-last-good"),
          () -> agent(server));
      assertThat(Orders.calls(caller, 50)).isEqualTo(Map.of("v1", 50));
      Weft.Outcome agents = Weft.run(folder, "agents", "caller", "--server", server.url());
      assertThat(agents.output())
          .containsPattern(
              "ServiceEntry default/orders-v1 +kept last good +ClusterLoadAssignment"
                  + " .*010\\.0\\.0\\.1");
      Await.until(
          "the refusal to be an event of the policy",
          Duration.ofSeconds(20),
          () -> events(server).contains("RefusedByAgent"),
          () -> events(server));
      assertThat(events(server)).contains("ServiceEntry").contains("address: 010.0.0.1");

      // What changes besides is applied, and the refused resource is not sent again with it.
      String before = configVersion(server);
      server.apply(destinationRule());
      Await.until(
          "another change to be applied",
          Duration.ofSeconds(20),
          () -> !configVersion(server).equals(before));
      assertThat(count("Not applied: ", caller.process().output())).isEqualTo(1);
      assertThat(count(" refused type.googleapis.com", server.process().output())).isEqualTo(1);

      server.apply(Orders.serviceEntry("v1", v2.port()));
      Orders.awaitOnly(caller, "v2");
      Await.until(
          "the report to be clean again",
          Duration.ofSeconds(20),
          () -> !agent(server).contains("kept-last-good"),
          () -> agent(server));
    }
  }

  private static String destinationRule() {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata:
      name: orders-v2
    spec:
      host: orders-v2.shop
      trafficPolicy: {loadBalancer: {simple: RANDOM}}
    """;
  }

  private static String agent(PolicyServer server) {
    return Http.get(server.url() + "/weft/v1/agents/caller").body();
  }

  private static String configVersion(PolicyServer server) {
    Matcher version = CONFIG.matcher(agent(server));
    return version.find() ? version.group(1) : "";
  }

  private static String events(PolicyServer server) {
    return Http.get(server.url() + "/api/v1/namespaces/default/events").body();
  }

  private static int count(String text, String log) {
    return log.split(Pattern.quote(text), -1).length - 1;
  }
}
