/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.weft.policy.api.AgentDirectory;
import dev.weft.policy.api.EventLog;
import dev.weft.policy.api.PolicyApi;
import dev.weft.policy.api.status.StatusWriter;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WeftCommandTest {
  private static final String ORDERS =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: orders
      spec:
        hosts: [orders]
        http:
        - route:
          - destination: {host: orders}
            weight: 100
      """;

  @TempDir Path directory;

  private final Store policies = EmbeddedStore.inMemory(UUID.randomUUID());
  private final Store shown = EmbeddedStore.inMemory(UUID.randomUUID());
  private final List<ObjectNode> agents = new CopyOnWriteArrayList<>();
  private final List<Finding> findings = new CopyOnWriteArrayList<>();

  /** How many requests are still told to come again. */
  private final AtomicInteger refusals = new AtomicInteger();

  private Server server;

  @BeforeEach
  void startServer() {
    StatusWriter statuses = new StatusWriter(policies, Clock.systemUTC());
    policies.watch(
        policies.revision(),
        change -> {
          if (change.before() == null) {
            Thread writer = new Thread(() -> statuses.write(change.revision(), findings));
            writer.setDaemon(true);
            writer.start();
          }
        });
    ServerBuilder builder = Server.builder().localPort(0, SessionProtocol.HTTP);
    PolicyApi.of(policies, shown, new EventLog(), new Directory(), new MemoryTokens(), false)
        .addTo(builder);
    builder.decorator(
        (service, context, request) ->
            refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                ? HttpResponse.of(
                    ResponseHeaders.of(
                        HttpStatus.TOO_MANY_REQUESTS, HttpHeaderNames.RETRY_AFTER, "0"))
                : service.serve(context, request));
    server = builder.build();
    server.start().join();
  }

  @AfterEach
  void stopServer() {
    CompletableFuture<Void> unused = server.stop(); // nobody waits for it
    policies.close();
    shown.close();
  }

  @Test
  void appliesAFileAndSaysWhatChanged() throws IOException {
    String file = file("orders.yaml", ORDERS);

    assertThat(run("apply", "-f", file).output())
        .startsWith("virtualservice default/orders created");
    assertThat(run("apply", "-f", file).output())
        .startsWith("virtualservice default/orders unchanged");
    file("orders.yaml", ORDERS.replace("100", "50"));
    assertThat(run("apply", "-f", file, "-n", "shop").output())
        .startsWith("virtualservice shop/orders created");
    assertThat(run("apply", "-f", file, "--dry-run").output())
        .startsWith("virtualservice default/orders changed (dry run)");
    assertThat(run("get", "vs", "orders", "-o", "json").output()).contains("\"weight\" : 100");
  }

  @Test
  void comesAgainWhenTheServerSaysSo() throws IOException {
    refusals.set(2);

    assertThat(run("apply", "-f", file("orders.yaml", ORDERS)).output())
        .startsWith("virtualservice default/orders created");
  }

  @Test
  void appliesAllFilesOfAFolder() throws IOException {
    file("a.yaml", ORDERS + "---\n" + ORDERS.replace("name: orders", "name: second"));
    file("b.yml", ORDERS.replace("name: orders", "name: third"));
    file("notes.txt", "not a resource");

    assertThat(
            run("apply", "-f", directory.toString())
                .output()
                .lines()
                .filter(line -> line.endsWith("created")))
        .hasSize(3);
  }

  @Test
  void showsFindingsAboutWhatWasApplied() throws IOException {
    findings.add(
        Finding.severe(
            new ResourceKey(Kinds.VIRTUAL_SERVICE, "default", "orders"),
            "SubsetNotFound",
            "spec.http[0]",
            "there is no such subset"));

    assertThat(run("apply", "-f", file("orders.yaml", ORDERS)).output())
        .contains("not Accepted: SubsetNotFound: spec.http[0]: there is no such subset");
  }

  @Test
  void aRefusalNamesFileLineFieldAndExpectation() throws IOException {
    CommandRun outcome = run("apply", "-f", file("orders.yaml", ORDERS.replace("100", "-1")));

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors())
        .contains("orders.yaml:10: spec.http[0].route[0].weight: -1 (expected: >= 0)");
  }

  @Test
  void aFileThatIsNoYamlIsNamedWithItsLine() throws IOException {
    assertThat(run("apply", "-f", file("orders.yaml", "a: 1\na: 2\n")).errors())
        .contains("orders.yaml:2: a: the key is there twice");
  }

  @Test
  void showsResourcesInEachForm() throws IOException {
    run("apply", "-f", file("orders.yaml", ORDERS));

    assertThat(run("get", "vs").output())
        .containsPattern("NAME +GATEWAYS +HOSTS +ACCEPTED +AGE")
        .containsPattern("orders +\\[\"orders\"\\] +True");
    assertThat(run("get", "VirtualServices", "-A").output()).containsPattern("default +orders");
    assertThat(run("get", "vs", "orders", "-o", "yaml").output())
        .contains("hosts:\n  - orders")
        .doesNotContain("managedFields");
    assertThat(run("get", "dr").output()).contains("No destinationrules in namespace default");
  }

  @Test
  void anUnknownKindNamesThoseThatAreKnown() {
    assertThat(run("get", "pods").errors())
        .contains("kind: pods (expected: one of", "virtualservice (vs)");
  }

  @Test
  void deletesByNameAndByFile() throws IOException {
    String file = file("orders.yaml", ORDERS);
    run("apply", "-f", file);

    assertThat(run("delete", "vs", "orders").output())
        .contains("virtualservice default/orders deleted");
    run("apply", "-f", file);
    assertThat(run("delete", "-f", file).output()).contains("deleted");
    CommandRun again = run("delete", "-f", file);
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.errors()).contains("virtualservice default/orders: not there");
    assertThat(run("delete", "vs").errors()).contains("expected: a kind and a name, or -f FILE");
  }

  @Test
  void showsAgentsWithHooksAndRefusals() throws IOException {
    agents.add(
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    """
                    {"workload": {"nodeId": "n", "service": "orders", "namespace": "shop",
                                  "instance": "orders-1", "addresses": ["10.0.0.1"],
                                  "ports": [{"servicePort": 80, "targetPort": 8080,
                                             "protocol": "http", "hook": "tomcat"}]},
                     "report": {"agentVersion": "0.1.0", "javaVersion": "17", "pid": "12",
                                "configVersion": "7", "configSource": "CONFIG_SOURCE_STREAM",
                                "hooks": [{"name": "okhttp", "state": "woven", "detail": "4.12"},
                                          {"name": "grpc", "state": "failed", "detail": "why"}],
                                "resources": [{"typeUrl": "type.googleapis.com/a.b.Cluster",
                                               "name": "c", "state": "refused",
                                               "reason": "bad value"}],
                                "faults": "0"},
                     "connected": true, "connectedAt": "2026-01-01T00:00:00Z",
                     "heardAt": "2026-01-01T00:00:01Z"}
                    """));

    assertThat(run("agents").output())
        .containsPattern(
            "orders +shop +orders-1 +connected +from server, 7 +1 failed, 1 woven +1 refused +0");
    assertThat(run("agents", "orders").output())
        .containsPattern("port +80 \\(http, listens on 8080, by tomcat\\)")
        .containsPattern("grpc +failed +why")
        .containsPattern("VirtualService shop/orders +refused +Cluster c: bad value");
    assertThat(run("agents", "-o", "json").output()).contains("\"instance\" : \"orders-1\"");
    assertThat(run("agents", "nobody").errors())
        .contains("no agent of a service or instance nobody");
  }

  @Test
  void withoutAgentsItSaysHowToConnectOne() {
    assertThat(run("agents").output()).contains("No agent is connected", "-javaagent");
  }

  @Test
  void toAServerThatSpeaksTlsOnlyItSaysWhatToSay() {
    Server secured =
        Server.builder()
            .localPort(0, SessionProtocol.HTTPS)
            .tlsSelfSigned()
            .service("/", (context, request) -> HttpResponse.of(200))
            .build();
    secured.start().join();
    try {
      String address = "127.0.0.1:" + secured.activeLocalPort();

      CommandRun plain = CommandRun.of("get", "vs", "--server", "http://" + address);
      CommandRun untrusted = CommandRun.of("get", "vs", "--server", "https://" + address);

      assertThat(plain.exitCode()).isEqualTo(1);
      assertThat(plain.errors())
          .contains("speaks TLS only", "--server https://" + address, "--trust");
      assertThat(untrusted.exitCode()).isEqualTo(1);
      assertThat(untrusted.errors()).contains("cannot be trusted", "--trust");
    } finally {
      CompletableFuture<Void> unused = secured.stop(); // nobody waits for it
    }
  }

  @Test
  void withoutAServerItSaysHowToStartOne() {
    CommandRun outcome = CommandRun.of("get", "vs", "--server", "http://127.0.0.1:1");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors())
        .contains("no policy server answers at http://127.0.0.1:1", "--server");
  }

  @Test
  void aJoinTokenIsMadeShownAndRevoked() {
    CommandRun created = run("token", "create", "-n", "shop", "--lifetime", "12h");

    assertThat(created.output()).isEqualToIgnoringNewLines("weft1.t0.secret.pin");
    assertThat(created.errors()).contains("Join token t0 for shop/default, good once");
    assertThat(run("token", "list").output()).containsPattern("t0 +shop +default +one +good");
    assertThat(run("token", "revoke", "t0").output()).contains("t0 is revoked");
    assertThat(run("token", "list").output()).containsPattern("t0 +shop +default +one +revoked");
    assertThat(run("token", "revoke", "t9").errors()).contains("no join token t9");
    assertThat(run("token", "create", "--lifetime", "soon").errors())
        .contains("--lifetime: soon (expected: such as 30m, 12h or 7d)");
    assertThat(run("token", "create", "-n", "a/b").errors()).contains("a namespace of 'a/b'");
  }

  @Test
  void everyCommandHelps() {
    for (String command :
        List.of("apply", "get", "delete", "agents", "explain", "compile", "token")) {
      assertThat(CommandRun.of(command, "--help").output()).contains("Usage: weft " + command);
    }
  }

  private final class Directory implements AgentDirectory {
    @Override
    public List<ObjectNode> agents() {
      return List.copyOf(agents);
    }

    @Override
    public @Nullable ObjectNode configuration(String nodeId) {
      ObjectNode pushed = JsonNodeFactory.instance.objectNode();
      pushed
          .putArray("resources")
          .addObject()
          .put("typeUrl", "type.googleapis.com/a.b.Cluster")
          .put("name", "c")
          .put("value", new byte[0])
          .putArray("origins")
          .add("VirtualService shop/orders");
      return pushed;
    }
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content).toString();
  }

  private CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", "http://127.0.0.1:" + server.activeLocalPort()));
    return CommandRun.of(all.toArray(String[]::new));
  }
}
