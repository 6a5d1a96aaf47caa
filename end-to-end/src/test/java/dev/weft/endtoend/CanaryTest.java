package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From an edit to changed requests, over connections that are kept alive. */
class CanaryTest {
  private static final String SERVICE =
      """
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: orders-%1$s
      spec:
        hosts: [orders-%1$s.shop]
        ports: [{number: 80, name: http, protocol: HTTP}]
        resolution: STATIC
        endpoints: [{address: 127.0.0.1, ports: {http: %2$d}}]
      """;
  private static final String WEIGHTS =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: orders
      spec:
        hosts: [orders-v1.shop]
        http:
        - route:
          - destination: {host: orders-v1.shop}
            weight: %d
          - destination: {host: orders-v2.shop}
            weight: %d
      """;

  @TempDir Path folder;

  static List<Jdk> jdks() {
    return Jdk.forTests();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void anEditTurnsAllToOneIntoNinetyToTenOnKeptConnections(Jdk jdk) {
    try (PolicyServer server = PolicyServer.start(jdk, folder);
        App v1 = echo(jdk, "v1");
        App v2 = echo(jdk, "v2");
        App caller =
            App.of("plain-caller").jdk(jdk).folder(folder).agent("caller").server(server).start()) {
      server.apply(SERVICE.formatted("v1", v1.port()));
      server.apply(SERVICE.formatted("v2", v2.port()));
      server.apply(WEIGHTS.formatted(100, 0));
      Await.until(
          "the first policy to reach the caller",
          Duration.ofSeconds(30),
          () -> calls(caller, 1).containsKey("v1"),
          () -> caller.process().output());
      assertThat(calls(caller, 200)).isEqualTo(Map.of("v1", 200));

      server.apply(WEIGHTS.formatted(90, 10));

      Await.until(
          "the edit to reach the caller",
          Duration.ofSeconds(10),
          () -> calls(caller, 50).containsKey("v2"));
      Map<String, Integer> counts = calls(caller, 1000);
      assertThat(counts.keySet()).containsExactly("v1", "v2");
      // 1,000 draws at 10 %: 60 to 140 is more than four standard deviations on either side.
      assertThat(counts.get("v2")).isBetween(60, 140);
      assertThat(counts.get("v1") + counts.get("v2")).isEqualTo(1000);
    }
  }

  private App echo(Jdk jdk, String version) {
    return App.of("plain-echo")
        .name("orders-" + version)
        .jdk(jdk)
        .folder(folder)
        .env("VERSION", version)
        .start();
  }

  /** Lets the caller make calls and returns how many each version answered. */
  static Map<String, Integer> calls(App caller, int count) {
    String body =
        Http.get(caller.url() + "/call?n=" + count + "&url=http://orders-v1.shop/version").body();
    Map<String, Integer> result = new TreeMap<>();
    Matcher matcher = Pattern.compile("\"([^\"]+)\"\\s*:\\s*(\\d+)").matcher(body);
    while (matcher.find()) {
      result.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    return result;
  }
}
