/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.weft.policy.api.AgentDirectory;
import dev.weft.policy.api.EventLog;
import dev.weft.policy.api.PolicyApi;
import dev.weft.policy.compiler.Compilation;
import dev.weft.policy.compiler.CompiledResource;
import dev.weft.policy.compiler.MeshSettings;
import dev.weft.policy.compiler.Snapshot;
import dev.weft.policy.store.EmbeddedStore;
import dev.weft.policy.store.Store;
import dev.weft.simulation.PolicyFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  @TempDir private Path directory;

  @Test
  void saysWhichRouteApplyAndWhyThoseBeforeDoNot() throws IOException {
    ShopPolicies.write(directory);

    CommandRun run = explain("GET", "http://orders.example/items");

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .contains(
            "from checkout in namespace shop, by the policies in " + directory,
            "outcome       forwarded",
            "listener      0.0.0.0_80",
            "virtual host  orders.example:80, by its domain orders.example",
            "passed over   #0 testers of VirtualService shop/orders; header x-user: absent"
                + " (expected: exactly \"tester\")",
            "route         #1 canary of VirtualService shop/orders; matches path prefix /",
            "fault         delay 1000 ms for 10.0 %",
            "timeout       2000 ms",
            "90 % to outbound|80|v1|orders.example",
            "10 % to outbound|80|v2|orders.example")
        .containsPattern("10\\.0\\.0\\.2:80 .*version=v2 +1 +0 +healthy");
  }

  @Test
  void saysHowConnectionsAreSecured() throws IOException {
    ShopPolicies.write(directory);
    assertThat(explain("GET", "http://orders.example/").output())
        .contains("    connections: plaintext: no TLS is ordered, or none is offered here");

    String id = "spiffe://cluster.local/ns/shop/sa/orders";
    ShopPolicies.writeRule(directory, "tls: {mode: ISTIO_MUTUAL, subjectAltNames: [" + id + "]}");

    CommandRun secured = explain("GET", "http://orders.example/items");
    assertThat(secured.errors()).isEmpty();
    assertThat(secured.output())
        .contains("    connections: mutual TLS with " + id + ", as ordered");
    assertThat(json(explain("GET", "http://orders.example/", "-o", "json")).findValues("security"))
        .isNotEmpty();
  }

  @Test
  void headersCount() throws IOException {
    ShopPolicies.write(directory);

    JsonNode document =
        json(explain("get", "orders.example", "-H", "X-User: tester", "-o", "json"));

    assertThat(document.at("/routes/0/matches").asBoolean()).isTrue();
    assertThat(document.at("/routes/0/origin").asText()).isEqualTo("VirtualService shop/orders");
    assertThat(document.at("/clusters/0/subset").asText()).isEqualTo("v2");
    assertThat(document.at("/clusters/0/endpoints/0/address").asText()).isEqualTo("10.0.0.2:80");
  }

  @Test
  void whatTheMeshDoesNotKnowIsUnmanagedOrRefused() throws IOException {
    ShopPolicies.write(directory);

    assertThat(explain("GET", "http://elsewhere.example/").output())
        .contains("unmanaged, it goes out as without Weft");
    assertThat(
            explain("GET", "http://elsewhere.example/", "--outbound-policy", "REGISTRY_ONLY")
                .output())
        .contains("answered by the mesh with 502");
  }

  @Test
  void wrongInputIsNamed() throws IOException {
    ShopPolicies.write(directory);

    CommandRun encrypted = explain("GET", "https://orders.example/");
    CommandRun header = explain("GET", "http://orders.example/", "-H", "x-user");

    assertThat(encrypted.exitCode()).isEqualTo(2);
    assertThat(encrypted.errors()).contains("https://orders.example/ (expected: http://");
    assertThat(header.exitCode()).isEqualTo(2);
    assertThat(header.errors()).contains("-H x-user (expected: 'NAME: VALUE')");
  }

  @Test
  void whatIsPushedToAnAgentIsAskedOfTheServer() throws IOException {
    ShopPolicies.write(directory);
    ObjectNode pushed = pushed(directory);
    Store store = EmbeddedStore.inMemory(UUID.randomUUID());
    ServerBuilder builder = Server.builder().localPort(0, SessionProtocol.HTTP);
    PolicyApi.of(store, store, new EventLog(), new OneAgent(pushed), new MemoryTokens(), false)
        .addTo(builder);
    Server server = builder.build();
    server.start().join();
    try {
      String url = "http://127.0.0.1:" + server.activeLocalPort();

      CommandRun run =
          CommandRun.of(
              "explain", "--server", url, "--from", "checkout", "GET", "http://orders.example/");
      CommandRun nobody =
          CommandRun.of(
              "explain", "--server", url, "--from", "nobody", "GET", "http://orders.example/");

      assertThat(run.errors()).isEmpty();
      assertThat(run.output())
          .contains(
              "as its instance checkout-1 does it once it has what the server pushes",
              "another configuration, from its cache")
          .contains("#1 canary of VirtualService shop/orders");
      assertThat(nobody.exitCode()).isEqualTo(1);
      assertThat(nobody.errors()).contains("no agent of a service or instance nobody");
    } finally {
      CompletableFuture<Void> unused = server.stop(); // nobody waits for it
      store.close();
    }
  }

  private static ObjectNode pushed(Path folder) throws IOException {
    Compilation compilation =
        Compilation.of(MeshSettings.DEFAULT, PolicyFolder.read(folder).resources(), List.of());
    Snapshot snapshot = compilation.snapshot(compilation.audience("shop", Map.of()));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    snapshot
        .byType()
        .values()
        .forEach(
            ofType -> {
              for (CompiledResource resource : ofType.values()) {
                json.withArray("resources")
                    .addObject()
                    .put("typeUrl", resource.typeUrl())
                    .put("name", resource.name())
                    .put("version", resource.version())
                    .put("value", resource.bytes());
              }
            });
    return json;
  }

  private static JsonNode json(CommandRun run) throws IOException {
    return ServerConnection.JSON.readTree(run.output());
  }

  private CommandRun explain(String method, String url, String... more) {
    String[] all = new String[more.length + 7];
    all[0] = "explain";
    all[1] = "--policies";
    all[2] = directory.toString();
    all[3] = "--from";
    all[4] = "checkout.shop";
    all[5] = method;
    all[6] = url;
    System.arraycopy(more, 0, all, 7, more.length);
    return CommandRun.of(all);
  }

  private record OneAgent(ObjectNode pushed) implements AgentDirectory {
    @Override
    public List<ObjectNode> agents() {
      ObjectNode agent = JsonNodeFactory.instance.objectNode().put("connected", true);
      agent
          .putObject("workload")
          .put("service", "checkout")
          .put("namespace", "shop")
          .put("instance", "checkout-1")
          .put("nodeId", "sidecar~127.0.0.1~checkout-1.shop~shop.svc.cluster.local");
      agent.putObject("report").put("configSource", "CONFIG_SOURCE_CACHE");
      return List.of(agent);
    }

    @Override
    public @Nullable ObjectNode configuration(String nodeId) {
      return nodeId.startsWith("sidecar~") ? pushed : null;
    }
  }
}
