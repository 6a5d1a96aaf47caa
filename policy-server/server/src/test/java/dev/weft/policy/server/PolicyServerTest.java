/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.policy.compiler.MeshSettings;
import dev.weft.protocol.registry.v1.AgentReport;
import dev.weft.protocol.registry.v1.AnnounceRequest;
import dev.weft.protocol.registry.v1.AnnounceResponse;
import dev.weft.protocol.registry.v1.HookReport;
import dev.weft.protocol.registry.v1.Port;
import dev.weft.protocol.registry.v1.RegistryServiceGrpc;
import dev.weft.protocol.registry.v1.Workload;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server in this process, with real clients. */
@Timeout(120)
class PolicyServerTest {
  private static final String NODE = "sidecar~127.0.0.1~orders-1.shop~shop.svc.cluster.local";
  private static final String ROUTES =
      "/apis/networking.istio.io/v1/namespaces/shop/virtualservices";
  private static final String BODY =
      """
      {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
       "metadata": {"name": "orders"},
       "spec": {"hosts": ["orders"],
                "http": [{"route": [{"destination": {"host": "orders"}}], "timeout": "2s"}]}}
      """;

  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private PolicyServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server = PolicyServer.start(options(0, null));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void isHealthyAndHasNumbers() throws Exception {
    assertThat(send("GET", "/healthz", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/livez", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/readyz", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/metrics", "").body())
        .contains("weft_policies{kind=\"VirtualService\"} 0")
        .contains("weft_agents{state=\"connected\"} 0")
        .contains("weft_store_revision 1");
  }

  @Test
  void anAnnouncedWorkloadIsShown() throws Exception {
    StreamObserver<AnnounceRequest> agent = announce();

    await()
        .untilAsserted(
            () -> {
              JsonNode agents = json(send("GET", "/weft/v1/agents/orders", ""));
              assertThat(agents.at("/agents/0/workload/instance").asText()).isEqualTo("orders-1");
              assertThat(agents.at("/agents/0/connected").asBoolean()).isTrue();
              assertThat(agents.at("/agents/0/report/hooks/0/state").asText()).isEqualTo("woven");
              String nodeId = agents.at("/agents/0/workload/nodeId").asText();
              JsonNode config = json(send("GET", "/weft/v1/agents/" + nodeId + "/config", ""));
              assertThat(config.path("resources").findValuesAsText("name"))
                  .contains("virtualOutbound", "outbound|80||orders.shop.svc.cluster.local");
            });
    await()
        .untilAsserted(
            () -> {
              JsonNode entries =
                  json(send("GET", "/apis/networking.istio.io/v1/workloadentries", ""));
              assertThat(entries.at("/items/0/metadata/name").asText())
                  .isEqualTo("orders-orders-1");
              assertThat(entries.at("/items/0/metadata/namespace").asText()).isEqualTo("shop");
              assertThat(entries.at("/items/0/spec/address").asText()).isEqualTo("127.0.0.1");
              assertThat(entries.at("/items/0/spec/ports/http-80").asInt()).isEqualTo(8080);
            });
    agent.onCompleted();
  }

  @Test
  void whatTheCompilerFindsIsInTheStatus() throws Exception {
    assertThat(send("POST", ROUTES, BODY).statusCode()).isEqualTo(201);
    await()
        .untilAsserted(
            () -> assertThat(acceptedCondition().path("status").asText()).isEqualTo("False"));

    StreamObserver<AnnounceRequest> agent = announce();

    await()
        .untilAsserted(
            () -> assertThat(acceptedCondition().path("status").asText()).isEqualTo("True"));
    assertThat(acceptedCondition().path("observedGeneration").asInt()).isEqualTo(1);
    agent.onCompleted();
  }

  @Test
  void anEditReachesAgentsAndTheirRefusalIsAnEvent() throws Exception {
    StreamObserver<AnnounceRequest> agent = announce();
    send("POST", ROUTES, BODY);
    await()
        .untilAsserted(
            () -> assertThat(acceptedCondition().path("status").asText()).isEqualTo("True"));
    Received<DeltaDiscoveryResponse> received = new Received<>();
    StreamObserver<DeltaDiscoveryRequest> ads =
        AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(received);

    ads.onNext(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(Node.newBuilder().setId(NODE))
            .setTypeUrl("type.googleapis.com/envoy.config.route.v3.RouteConfiguration")
            .addResourceNamesSubscribe("80")
            .build());
    DeltaDiscoveryResponse response = received.next();
    ads.onNext(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .setErrorDetail(com.google.rpc.Status.newBuilder().setCode(3).setMessage("80: no good"))
            .build());

    assertThat(response.getResourcesList())
        .singleElement()
        .matches(it -> it.getName().equals("80"));
    await()
        .untilAsserted(
            () -> {
              JsonNode events = json(send("GET", "/api/v1/namespaces/shop/events", ""));
              assertThat(events.at("/items/0/involvedObject/name").asText()).isEqualTo("orders");
              assertThat(events.at("/items/0/reason").asText()).isEqualTo("RefusedByAgent");
              assertThat(events.at("/items/0/message").asText()).contains("no good");
            });
    agent.onCompleted();
  }

  @Test
  void endsItsStreamsWhenItGoesDown() throws Exception {
    Received<AnnounceResponse> received = new Received<>();
    RegistryServiceGrpc.newStub(channel).announce(received).onNext(announcement());
    received.next();

    server.close();

    assertThat(received.ends.poll(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aPortInUseIsNamed() {
    assertThatThrownBy(() -> PolicyServer.start(options(server.port(), directory.resolve("other"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on")
        .hasMessageContaining(Integer.toString(server.port()));
  }

  @Test
  void policiesFromAFolderAreServedAndCannotBeWritten() throws Exception {
    Path folder = Files.createDirectory(directory.resolve("policies"));
    Files.writeString(
        folder.resolve("orders.yaml"),
        BODY.replace("\"name\": \"orders\"", "\"name\": \"orders\", \"namespace\": \"shop\""));
    ServerOptions options =
        new ServerOptions(
            loopback(0),
            directory.resolve("unused"),
            folder,
            MeshSettings.DEFAULT,
            SecurityOptions.PLAINTEXT,
            Duration.ofSeconds(1));
    try (PolicyServer fromFolder = PolicyServer.start(options)) {
      assertThat(send(fromFolder, "GET", ROUTES + "/orders", "").statusCode()).isEqualTo(200);
      assertThat(send(fromFolder, "POST", ROUTES, BODY).statusCode()).isEqualTo(405);
      await()
          .untilAsserted(
              () ->
                  assertThat(send(fromFolder, "GET", ROUTES + "/orders", "").body())
                      .contains("\"conditions\""));
    }
    assertThat(directory.resolve("unused")).doesNotExist();
  }

  private JsonNode acceptedCondition() throws Exception {
    JsonNode resource = json(send("GET", ROUTES + "/orders", ""));
    assertThat(resource.at("/status/conditions/0/type").asText()).isEqualTo("Accepted");
    return resource.at("/status/conditions/0");
  }

  private StreamObserver<AnnounceRequest> announce() throws InterruptedException {
    Received<AnnounceResponse> received = new Received<>();
    StreamObserver<AnnounceRequest> requests =
        RegistryServiceGrpc.newStub(channel).announce(received);
    requests.onNext(announcement());
    assertThat(received.next().getProblemsList()).isEmpty();
    return requests;
  }

  private static AnnounceRequest announcement() {
    return AnnounceRequest.newBuilder()
        .setWorkload(
            Workload.newBuilder()
                .setNodeId(NODE)
                .setService("orders")
                .setNamespace("shop")
                .setInstance("orders-1")
                .addAddresses("127.0.0.1")
                .addPorts(
                    Port.newBuilder().setServicePort(80).setTargetPort(8080).setProtocol("http")))
        .setReport(
            AgentReport.newBuilder()
                .addHooks(HookReport.newBuilder().setName("okhttp").setState("woven")))
        .build();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return send(server, method, path, body);
  }

  private HttpResponse<String> send(PolicyServer to, String method, String path, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private ServerOptions options(int port, @Nullable Path data) throws IOException {
    return new ServerOptions(
        loopback(port),
        data == null ? directory.resolve("data") : data,
        null,
        MeshSettings.DEFAULT,
        SecurityOptions.PLAINTEXT,
        Duration.ofSeconds(1));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static final class Received<T> implements StreamObserver<T> {
    private final BlockingQueue<T> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();

    @Override
    public void onNext(T message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      ends.add(false);
    }

    @Override
    public void onCompleted() {
      ends.add(true);
    }

    T next() throws InterruptedException {
      T message = messages.poll(20, TimeUnit.SECONDS);
      assertThat(message).as("a message within 20 s").isNotNull();
      return message;
    }
  }
}
